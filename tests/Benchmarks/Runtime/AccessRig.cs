using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>A buffer of a process, read by address in two orders, and the same frames behind a bare table.</summary>
internal sealed class AccessRig : IDisposable
{
    private const int Pages = 1024, Reads = 4096;

    private readonly Machine _machine = new(new() { Verifier = VerifierMode.Off });
    private readonly UserProcess _process;
    private readonly nuint _buffer;
    private readonly uint[] _inOrder = new uint[Reads], _atRandom = new uint[Reads];
    private readonly BareTable _table;
    private readonly Action _sequential, _random;
    private int _times;
    private ulong _sum;

    public AccessRig()
    {
        _process = _machine.CreateProcess("benchmark");
        _buffer = _process.Allocate(Pages * PAGE_SIZE);
        var random = new Random(1);
        for (uint i = 0; i < Reads; i++)
        {
            _inOrder[i] = i * 8;
            _atRandom[i] = (uint)random.Next((int)(Pages * PAGE_SIZE / 8)) * 8;
        }

        BareTable? table = null;
        _process.Run(() =>
        {
            for (uint offset = 0; offset < Pages * PAGE_SIZE; offset += 8)
                VirtualMemory.Write(_buffer + offset, 1UL);
            Mdl mdl = IoAllocateMdl(_buffer, Pages * PAGE_SIZE, false, false, null)!;
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess);
            table = new(MmGetMdlPfnArray(mdl));
            MmUnlockPages(mdl);
            IoFreeMdl(mdl);
        });
        _table = table!;
        (_sequential, _random) = (() => ReadAll(_inOrder), () => ReadAll(_atRandom));
    }

    /// <summary>Reads of 8 bytes, one behind the other.</summary>
    public ulong Sequential(int times) => Run(_sequential, times);

    /// <summary>Reads of 8 bytes anywhere in 4 MiB.</summary>
    public ulong AtRandom(int times) => Run(_random, times);

    public ulong TableSequential(int times) => _table.Read(_inOrder, times);

    public ulong TableAtRandom(int times) => _table.Read(_atRandom, times);

    public void Dispose() => _machine.Dispose();

    private ulong Run(Action loop, int times)
    {
        _times = times;
        _process.Run(loop);
        return _sum == (ulong)times * Reads ? _sum : throw new InvalidOperationException($"the reads add up to {_sum}");
    }

    private void ReadAll(uint[] offsets)
    {
        ulong sum = 0;
        nuint buffer = _buffer;
        for (int i = _times; i > 0; i--)
        {
            foreach (uint offset in offsets)
                sum += VirtualMemory.Read<ulong>(buffer + offset);
        }

        _sum = sum;
    }
}
