using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>A device on a channel of the system DMA controller, without a driver: the test plays both.</summary>
internal sealed class SystemDmaBench : IDisposable
{
    public static readonly DeviceDescription ByteChannel = new()
    {
        Version = 2,
        InterfaceType = InterfaceType.Isa,
        DmaChannel = 1,
        DmaWidth = DmaWidth.Width8Bits,
        DmaSpeed = DmaSpeed.Compatible,
        MaximumLength = 0x1_0000,
    };

    public static readonly DeviceDescription WordChannel = ByteChannel with { DmaChannel = 5, DmaWidth = DmaWidth.Width16Bits, MaximumLength = 0x2_0000 };

    private readonly DmaBench _bench;

    public SystemDmaBench(DeviceDescription description, VerifierMode verifier = VerifierMode.Strict, MachineOptions? options = null)
    {
        _bench = new((options ?? new()) with { Verifier = verifier });
        Adapter = _bench.GetAdapter(description, out uint registers);
        Registers = registers;
        Line = DmaRequestLine.ForChannel(Machine, description.DmaChannel);
        Channel = Machine.System.Layer<SystemDmaController>()[description.DmaChannel]!;
    }

    public DmaAdapter Adapter { get; }

    /// <summary>The number that IoGetDmaAdapter granted.</summary>
    public uint Registers { get; }

    public DmaRequestLine Line { get; }

    /// <summary>The registers of the controller.</summary>
    public SystemDmaChannel Channel { get; }

    public DmaBench Bench => _bench;

    public Machine Machine => _bench.Machine;

    public MapRegisters? Base { get; private set; }

    /// <summary>What an AdapterControl routine that keeps the channel is given.</summary>
    public void TakeChannel(uint registers) =>
        Assert.Equal(NtStatus.STATUS_SUCCESS, Adapter.AllocateAdapterChannel(_bench.Device, registers, (_, _, mapRegisterBase, _) =>
        {
            Base = mapRegisterBase;
            return IoAllocationAction.KeepObject;
        }, null));

    /// <summary>Takes the channel and programs it for the whole buffer; at DISPATCH_LEVEL.</summary>
    public (long Address, uint Length) Begin(Mdl mdl, bool writeToDevice = false)
    {
        TakeChannel(ADDRESS_AND_SIZE_TO_SPAN_PAGES(mdl.VirtualAddress, mdl.Length));
        return Map(Adapter, mdl, Base, mdl.VirtualAddress, mdl.Length, writeToDevice);
    }

    /// <summary>Ends the operation and gives the channel back.</summary>
    public bool End(Mdl mdl, uint length, bool writeToDevice = false)
    {
        bool isFlushed = Adapter.FlushAdapterBuffers(mdl, Base, mdl.VirtualAddress, length, writeToDevice);
        Adapter.FreeAdapterChannel();
        return isFlushed;
    }

    /// <summary>Page frames below 16 MiB whose numbers follow each other, for a direct transfer.</summary>
    public static nuint[] Frames(nuint first, uint count) => [.. Enumerable.Range(0, (int)count).Select(i => first + (nuint)i)];

    public DmaAdapter? TryGet(DeviceDescription description) => Machine.Run(() => IoGetDmaAdapter(_bench.Device, description, out _));

    public void Dispose() => _bench.Dispose();
}
