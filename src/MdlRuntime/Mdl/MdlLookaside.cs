using System.Runtime.CompilerServices;

namespace MdlRuntime;

/// <summary>
/// Free MDLs of one size. With a quarantine the one freed longest ago is reused, and only when more than that many wait, so that a
/// stale use still meets a freed MDL; without, the one freed last is reused.
/// </summary>
internal sealed class MdlLookaside(int quarantine)
{
    private Mdl[] _ring = new Mdl[64];
    private int _first;
    private int _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out Mdl mdl)
    {
        if (_count <= quarantine)
        {
            mdl = null!;
            return false;
        }

        _count--;
        if (quarantine == 0)
        {
            mdl = _ring[(_first + _count) & (_ring.Length - 1)];
            return true;
        }

        mdl = _ring[_first];
        _first = (_first + 1) & (_ring.Length - 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(Mdl mdl)
    {
        if (_count == _ring.Length)
            Grow();
        _ring[(_first + _count++) & (_ring.Length - 1)] = mdl;
    }

    private void Grow()
    {
        var ring = new Mdl[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
            ring[i] = _ring[(_first + i) & (_ring.Length - 1)];
        (_ring, _first) = (ring, 0);
    }
}
