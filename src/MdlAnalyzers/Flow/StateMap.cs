using System.Collections;

namespace MdlAnalyzers.Flow;

/// <summary>
/// An immutable map for states: small, copied at every change, compared at every branch. Entries lie in flat buckets, so a change copies one
/// bucket and shares the others; a hash of all entries tells different maps apart without looking at them.
/// </summary>
internal sealed class StateMap<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>, IEquatable<StateMap<TKey, TValue>>
    where TKey : notnull, IEquatable<TKey>
    where TValue : notnull
{
    public static readonly StateMap<TKey, TValue> Empty = new([[], [], [], []], 0, 0);

    private const int BucketSize = 4;

    // As many as a power of two; more of them once the buckets are full on average.
    private readonly Entry[][] _buckets;
    private readonly int _hash;

    private StateMap(Entry[][] buckets, int count, int hash)
    {
        _buckets = buckets;
        Count = count;
        _hash = hash;
    }

    public int Count { get; }

    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    public bool TryGetValue(TKey key, out TValue value)
    {
        int hash = key.GetHashCode();
        Entry[] bucket = BucketOf(hash);
        int index = IndexOf(bucket, hash, key);
        value = index < 0 ? default! : bucket[index].Value;
        return index >= 0;
    }

    public StateMap<TKey, TValue> Set(TKey key, TValue value)
    {
        int hash = key.GetHashCode();
        Entry[] old = BucketOf(hash);
        int index = IndexOf(old, hash, key);
        var entry = new Entry(hash, key, value);
        if (index < 0)
            return (Count + 1 > _buckets.Length * BucketSize ? Grow() : this).Add(entry);
        if (EqualityComparer<TValue>.Default.Equals(old[index].Value, value) && (typeof(TValue).IsValueType || ReferenceEquals(old[index].Value, value)))
            return this;

        var changed = (Entry[])old.Clone();
        changed[index] = entry;
        return With(hash, changed, Count, unchecked(_hash - old[index].FullHash + entry.FullHash));
    }

    public StateMap<TKey, TValue> Remove(TKey key)
    {
        int hash = key.GetHashCode();
        Entry[] old = BucketOf(hash);
        int index = IndexOf(old, hash, key);
        if (index < 0)
            return this;

        var changed = new Entry[old.Length - 1];
        Array.Copy(old, changed, index);
        Array.Copy(old, index + 1, changed, index, changed.Length - index);
        return With(hash, changed, Count - 1, unchecked(_hash - old[index].FullHash));
    }

    /// <summary>The map without the keys that meet a condition.</summary>
    public StateMap<TKey, TValue> RemoveWhere<TArgument>(TArgument argument, Func<TKey, TArgument, bool> condition)
    {
        Entry[][]? buckets = null;
        int count = Count, hash = _hash;
        for (int i = 0; i < _buckets.Length; i++)
        {
            Entry[] bucket = _buckets[i];
            int removed = 0;
            foreach (ref readonly Entry entry in bucket.AsSpan())
            {
                if (!condition(entry.Key, argument))
                    continue;
                removed++;
                hash = unchecked(hash - entry.FullHash);
            }

            if (removed == 0)
                continue;
            buckets ??= (Entry[][])_buckets.Clone();
            buckets[i] = removed == bucket.Length ? [] : Without(bucket, removed, argument, condition);
            count -= removed;
        }

        return buckets is null ? this : new StateMap<TKey, TValue>(buckets, count, hash);
    }

    private static Entry[] Without<TArgument>(Entry[] bucket, int removed, TArgument argument, Func<TKey, TArgument, bool> condition)
    {
        var kept = new Entry[bucket.Length - removed];
        int count = 0;
        foreach (ref readonly Entry entry in bucket.AsSpan())
        {
            if (!condition(entry.Key, argument))
                kept[count++] = entry;
        }

        return kept;
    }

    /// <summary>Whether an entry meets a condition.</summary>
    public bool Any(Func<KeyValuePair<TKey, TValue>, bool> condition)
    {
        foreach (KeyValuePair<TKey, TValue> pair in this)
        {
            if (condition(pair))
                return true;
        }

        return false;
    }

    /// <summary>Entries that <paramref name="other"/> has not, or has with another value.</summary>
    public Enumerator Except(StateMap<TKey, TValue> other) => new(this, other);

    public bool Equals(StateMap<TKey, TValue>? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Count != other.Count || _hash != other._hash)
            return false;
        for (int i = 0; i < _buckets.Length; i++)
        {
            Entry[] bucket = _buckets[i];
            if (other._buckets.Length == _buckets.Length && ReferenceEquals(bucket, other._buckets[i]))
                continue;
            foreach (Entry entry in bucket)
            {
                if (!other.Has(entry))
                    return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as StateMap<TKey, TValue>);

    public override int GetHashCode() => _hash;

    public Enumerator GetEnumerator() => new(this, null);

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int IndexOf(Entry[] bucket, int hash, TKey key)
    {
        for (int i = 0; i < bucket.Length; i++)
        {
            if (bucket[i].Hash == hash && bucket[i].Key.Equals(key))
                return i;
        }

        return -1;
    }

    private Entry[] BucketOf(int hash) => _buckets[BucketIndex(hash, _buckets.Length)];

    private static int BucketIndex(int hash, int buckets) => unchecked((int)((uint)hash * 0x9E3779B1u >> 16)) & (buckets - 1);

    private bool Has(in Entry entry)
    {
        Entry[] bucket = BucketOf(entry.Hash);
        int index = IndexOf(bucket, entry.Hash, entry.Key);
        return index >= 0 && EqualityComparer<TValue>.Default.Equals(bucket[index].Value, entry.Value);
    }

    private StateMap<TKey, TValue> Add(in Entry entry)
    {
        Entry[] old = BucketOf(entry.Hash);
        var changed = new Entry[old.Length + 1];
        Array.Copy(old, changed, old.Length);
        changed[old.Length] = entry;
        return With(entry.Hash, changed, Count + 1, unchecked(_hash + entry.FullHash));
    }

    private StateMap<TKey, TValue> With(int hash, Entry[] bucket, int count, int fullHash)
    {
        var buckets = (Entry[][])_buckets.Clone();
        buckets[BucketIndex(hash, buckets.Length)] = bucket;
        return new StateMap<TKey, TValue>(buckets, count, fullHash);
    }

    private StateMap<TKey, TValue> Grow()
    {
        int old = _buckets.Length;
        var buckets = new Entry[old * 2][];
        for (int i = 0; i < old; i++)
        {
            // One more bit of the hash decides; the others say which bucket the entries come from.
            buckets[i] = Array.FindAll(_buckets[i], entry => BucketIndex(entry.Hash, old * 2) < old);
            buckets[i + old] = Array.FindAll(_buckets[i], entry => BucketIndex(entry.Hash, old * 2) >= old);
        }

        return new StateMap<TKey, TValue>(buckets, Count, _hash);
    }

    /// <summary>Goes through the entries, or through those that another map has not.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly StateMap<TKey, TValue> _map;
        private readonly StateMap<TKey, TValue>? _other;
        private Entry[] _current;
        private int _bucket;
        private int _index;

        internal Enumerator(StateMap<TKey, TValue> map, StateMap<TKey, TValue>? other)
        {
            _map = map;
            _other = other;
            _bucket = -1;
            _current = [];
            _index = -1;
        }

        public readonly KeyValuePair<TKey, TValue> Current => new(_current[_index].Key, _current[_index].Value);

        readonly object IEnumerator.Current => Current;

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            do
            {
                while (++_index >= _current.Length)
                {
                    if (++_bucket >= _map._buckets.Length)
                        return false;
                    _index = -1;
                    Entry[] next = _map._buckets[_bucket];
                    bool isShared = _other is not null && _other._buckets.Length == _map._buckets.Length && ReferenceEquals(next, _other._buckets[_bucket]);
                    _current = isShared ? [] : next;
                }
            }
            while (_other is not null && _other.Has(_current[_index]));

            return true;
        }

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }

    private readonly struct Entry(int hash, TKey key, TValue value)
    {
        public int Hash { get; } = hash;

        public TKey Key { get; } = key;

        public TValue Value { get; } = value;

        public int FullHash => unchecked((Hash ^ (Value.GetHashCode() * 0x2545F491)) * 0x1B873593);
    }
}
