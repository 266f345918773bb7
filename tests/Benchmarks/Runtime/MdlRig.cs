using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>A machine, a process, and MDL operations on a buffer of it, each run in that process's context.</summary>
internal sealed class MdlRig : IDisposable
{
    private readonly Machine _machine;
    private readonly UserProcess _process;
    private readonly nuint _buffer;
    private readonly uint _length;
    private readonly Action _allocateAndFree, _lockAndUnlock, _mapAndUnmap;
    private Mdl _free = null!;
    private Mdl _locked = null!;
    private int _times;
    private ulong _sum;

    public MdlRig(int pages, VerifierMode mode = VerifierMode.Off)
    {
        _machine = new(new() { Verifier = mode });
        _length = (uint)pages * PAGE_SIZE;
        _process = _machine.CreateProcess("benchmark");
        _buffer = _process.Allocate(_length);
        (_allocateAndFree, _lockAndUnlock, _mapAndUnmap) = (AllocateAndFree, LockAndUnlock, MapAndUnmap);
        _process.Run(() =>
        {
            _free = IoAllocateMdl(_buffer, _length, false, false, null)!;
            _locked = IoAllocateMdl(_buffer, _length, false, false, null)!;
            MmProbeAndLockPages(_locked, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        });
    }

    /// <summary>IoAllocateMdl and IoFreeMdl.</summary>
    public ulong AllocateAndFree(int times) => Run(_allocateAndFree, times, _length);

    /// <summary>MmProbeAndLockPages and MmUnlockPages.</summary>
    public ulong LockAndUnlock(int times) => Run(_lockAndUnlock, times, (ulong)MdlFlags.MDL_PAGES_LOCKED);

    /// <summary>MmGetSystemAddressForMdlSafe and MmUnmapLockedPages.</summary>
    public ulong MapAndUnmap(int times) => Run(_mapAndUnmap, times, 1);

    public void Dispose() => _machine.Dispose();

    private ulong Run(Action loop, int times, ulong each)
    {
        _times = times;
        _process.Run(loop);
        return _sum == (ulong)times * each
            ? _sum
            : throw new InvalidOperationException($"{times} operations yielded {_sum} instead of {(ulong)times * each}");
    }

    private void AllocateAndFree()
    {
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            Mdl mdl = IoAllocateMdl(_buffer, _length, false, false, null)!;
            sum += MmGetMdlByteCount(mdl);
            IoFreeMdl(mdl);
        }

        _sum = sum;
    }

    private void LockAndUnlock()
    {
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            MmProbeAndLockPages(_free, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
            sum += (ulong)(_free.MdlFlags & MdlFlags.MDL_PAGES_LOCKED);
            MmUnlockPages(_free);
        }

        _sum = sum;
    }

    private void MapAndUnmap()
    {
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            nuint address = MmGetSystemAddressForMdlSafe(_locked, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            sum += address != 0 ? 1u : 0u;
            MmUnmapLockedPages(address, _locked);
        }

        _sum = sum;
    }
}
