using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public sealed class UserProcess
{
    public EProcess Object => throw null!;
    /// <summary>Commits zeroed user memory; the returned address has the given offset in its first page.</summary>
    public nuint Allocate(nuint bytes, uint pageOffset = 0, PageProtection protection = PageProtection.PAGE_READWRITE) => throw null!;
    public void Free(nuint address) => throw null!;
    /// <summary>Reserves address space without committing it, at a fixed base if one is given.</summary>
    public nuint Reserve(nuint bytes, nuint baseAddress = 0) => throw null!;
    public void Commit(nuint address, nuint bytes, PageProtection protection = PageProtection.PAGE_READWRITE) => throw null!;
    public void Decommit(nuint address, nuint bytes) => throw null!;
    public void Protect(nuint address, nuint bytes, PageProtection protection) => throw null!;
    /// <summary>Maps pages of another process's memory here, copy-on-write if asked.</summary>
    public nuint Share(UserProcess owner, nuint address, nuint bytes, bool copyOnWrite) => throw null!;
    /// <summary>Takes every unlocked page out of the working set; the next touch brings it back in another frame.</summary>
    public void Trim() => throw null!;
    public void Write(nuint address, ReadOnlySpan<byte> source) => throw null!;
    public void Read(nuint address, Span<byte> destination) => throw null!;
    /// <summary>Opens the device by the name given to IoCreateDevice.</summary>
    public DeviceHandle Open(string deviceName) => throw null!;
    /// <summary>Runs kernel-mode code at PASSIVE_LEVEL in this process's context.</summary>
    public void Run(Action kernelCode) => throw null!;
    public int LockedPages => throw null!;
    public void Exit() => throw null!;
}
