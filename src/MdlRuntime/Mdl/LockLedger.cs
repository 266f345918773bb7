namespace MdlRuntime;

/// <summary>One probe-and-lock that has not been undone.</summary>
internal readonly record struct PageLock(nuint MdlAddress, EProcess? Process, int Pages);

/// <summary>The locks of a verified machine, to name the one that a process leaves behind.</summary>
internal sealed class LockLedger
{
    private readonly List<PageLock> _locks = [];

    public void Add(in PageLock pageLock) => _locks.Add(pageLock);

    /// <summary>Forgets the latest lock of an MDL.</summary>
    public void Remove(nuint mdlAddress)
    {
        for (int i = _locks.Count - 1; i >= 0; i--)
        {
            if (_locks[i].MdlAddress == mdlAddress)
            {
                _locks.RemoveAt(i);
                return;
            }
        }
    }

    /// <summary>The latest lock of an MDL covers fewer pages now.</summary>
    public void Shrink(nuint mdlAddress, int pages)
    {
        int index = _locks.FindLastIndex(pageLock => pageLock.MdlAddress == mdlAddress);
        if (index >= 0)
            _locks[index] = _locks[index] with { Pages = _locks[index].Pages - pages };
    }

    /// <summary>The oldest lock charged to a process: what 0xCB reports at its exit.</summary>
    public bool TryFind(EProcess process, out PageLock found)
    {
        foreach (PageLock pageLock in _locks)
        {
            if (pageLock.Process == process)
            {
                found = pageLock;
                return true;
            }
        }

        found = default;
        return false;
    }
}
