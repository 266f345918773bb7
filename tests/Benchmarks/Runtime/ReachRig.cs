using MdlRuntime.Simulation;
using MdlRuntime.Verification;

namespace Benchmarks;

/// <summary>One byte of a large MDL or of a long chain, near the start or at the end.</summary>
internal sealed class ReachRig : IDisposable
{
    private const uint LargeLength = 63 << 20, LinkLength = 100;
    private const int Links = 1000;

    private readonly Machine _machine = new(new() { Verifier = VerifierMode.Off });
    private readonly UserProcess _process;
    private readonly MdlChain _chain = new();
    private readonly nuint _large;
    private readonly Action _read, _find;
    private nuint _address;
    private ulong _offset;
    private int _times;
    private ulong _sum;

    public ReachRig()
    {
        _process = _machine.CreateProcess("benchmark");
        nuint buffer = _process.Allocate(LargeLength), links = _process.Allocate(Links * LinkLength);
        nuint large = 0;
        _process.Run(() =>
        {
            Mdl mdl = Lock(buffer, LargeLength);
            large = MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.HighPagePriority | MmPagePriority.MdlMappingNoExecute);
            Mdl head = Lock(links, LinkLength), last = head;
            for (uint i = 1; i < Links; i++)
                last = last.Next = Lock(links + i * LinkLength, LinkLength);
            _chain.Reset(head);
        });
        _large = large;
        (_read, _find) = (ReadByte, FindByte);
    }

    public ulong LargeStart(int times) => Run(_read, times, _large, 0);

    public ulong LargeEnd(int times) => Run(_read, times, _large + LargeLength - 1, 0);

    public ulong ChainStart(int times) => Run(_find, times, 0, 0);

    public ulong ChainEnd(int times) => Run(_find, times, 0, Links * LinkLength - 1);

    public void Dispose() => _machine.Dispose();

    private static Mdl Lock(nuint address, uint length)
    {
        Mdl mdl = IoAllocateMdl(address, length, false, false, null)!;
        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        return mdl;
    }

    private ulong Run(Action loop, int times, nuint address, ulong offset)
    {
        (_times, _address, _offset) = (times, address, offset);
        _process.Run(loop);
        return _sum;
    }

    private void ReadByte()
    {
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
            sum += 1u + VirtualMemory.Read<byte>(_address);
        _sum = sum;
    }

    private void FindByte()
    {
        ulong sum = 0;
        for (int i = _times; i > 0; i--)
        {
            Mdl mdl = _chain.Find(_offset, out uint inside);
            sum += MmGetMdlByteCount(mdl) - inside;
        }

        _sum = sum;
    }
}
