using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Dma;

/// <summary>A machine with a user process whose buffers lie in chosen frames, and adapters for devices of several kinds.</summary>
internal sealed class DmaBench : IDisposable
{
    public static readonly DeviceDescription ScatterGather64 = new()
    {
        Version = 2,
        Master = true,
        ScatterGather = true,
        Dma64BitAddresses = true,
        InterfaceType = InterfaceType.PCIBus,
        MaximumLength = 10000,
    };

    public static readonly DeviceDescription ScatterGather32 = ScatterGather64 with { Dma64BitAddresses = false, Dma32BitAddresses = true };

    public static readonly DeviceDescription Packet64 = ScatterGather64 with { ScatterGather = false };

    public static readonly DeviceDescription Packet24 = Packet64 with { Dma64BitAddresses = false, InterfaceType = InterfaceType.Isa };

    /// <summary>The same kinds of devices with the table of version 3.</summary>
    public static readonly DeviceDescription ScatterGatherV3 = ScatterGather64 with { Version = 3, DmaAddressWidth = 64 };

    public static readonly DeviceDescription PacketV3 = Packet64 with { Version = 3, DmaAddressWidth = 64 };

    public static readonly DeviceDescription BouncingV3 = ScatterGather64 with { Version = 3, DmaAddressWidth = 24 };

    private readonly DriverObject _driver;

    public DmaBench(MachineOptions? options = null)
    {
        Machine = new(options ?? new() { LogicalEqualsPhysical = true });
        App = Machine.CreateProcess("app");
        _driver = Machine.LoadDriver("bench", (driver, _) =>
        {
            driver.AddDevice = (_, _) => NtStatus.STATUS_SUCCESS;
            return NtStatus.STATUS_SUCCESS;
        });
        Device = NewDevice();
    }

    public Machine Machine { get; }

    public UserProcess App { get; }

    public DeviceObject Device { get; }

    public static MachineOptions Physical(VerifierMode verifier = VerifierMode.Strict, int mapRegisters = 64) =>
        new() { LogicalEqualsPhysical = true, Verifier = verifier, MapRegisters = mapRegisters };

    /// <summary>One more device of the bench's driver; at PASSIVE_LEVEL.</summary>
    public DeviceObject NewDevice() => Machine.Run(() =>
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS, IoCreateDevice(_driver, null, null, 0, 0, false, out DeviceObject? device));
        return device!;
    });

    /// <summary>A physical device of the bench's driver.</summary>
    public DeviceObject Plug(InterfaceType bus = InterfaceType.PCIBus) => Machine.Plug(_driver, bus);

    public DmaAdapter GetAdapter(DeviceDescription description) => GetAdapter(description, out _);

    public DmaAdapter GetAdapter(DeviceDescription description, out uint registers)
    {
        uint granted = 0;
        DmaAdapter? adapter = Machine.Run(() => IoGetDmaAdapter(Device, description, out granted));
        registers = granted;
        return Assert.IsType<DmaAdapter>(adapter);
    }

    /// <summary>Locks a new user buffer whose pages lie in these frames; in any frames if none are given.</summary>
    public Mdl Lock(uint length, uint pageOffset, params ReadOnlySpan<nuint> frames)
    {
        Machine.System.Memory.Frames.ForceNext(frames);
        nuint buffer = App.Allocate(length, pageOffset);
        Mdl mdl = null!;
        App.Run(() =>
        {
            mdl = IoAllocateMdl(buffer, length, false, false, null)!;
            MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoModifyAccess);
        });
        if (frames.Length > 0)
            Assert.Equal(frames.ToArray(), mdl.Pfns.ToArray());
        return mdl;
    }

    /// <summary>Runs code of the bench's driver at PASSIVE_LEVEL.</summary>
    public void RunAsDriver(Action code) => Machine.Run(() =>
    {
        using OwnerScope scope = Machine.System.Processor.RunAs(_driver.Owner);
        code();
    });

    public void AtDispatch(Action code) => Machine.Run(() =>
    {
        KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
        code();
        KeLowerIrql(old);
    });

    /// <summary>Runs code as that of the bench's driver, which the fault plan counts.</summary>
    public T AsDriver<T>(Func<T> code) => Machine.Run(() =>
    {
        using OwnerScope scope = Machine.System.Processor.RunAs(_driver.Owner);
        return code();
    });

    /// <summary>How the page of a system address is cached.</summary>
    public MemoryCachingType CachingOf(nuint address) => Machine.System.Memory.FindPte(null, address).CacheType;

    /// <summary>Runs code at DISPATCH_LEVEL that must stop with 0xE6.</summary>
    public BugCheckException Stops(ulong violation, Action code)
    {
        BugCheckException stop = Assert.Throws<BugCheckException>(() => AtDispatch(code));
        Assert.Equal(BugCheckCode.DRIVER_VERIFIER_DMA_VIOLATION, stop.Code);
        Assert.Equal(violation, stop.Parameter1);
        return stop;
    }

    /// <summary>What an AdapterControl routine of a bus master is given; it keeps the registers.</summary>
    public MapRegisters? Allocate(DmaAdapter adapter, uint registers)
    {
        MapRegisters? given = null;
        Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.AllocateAdapterChannel(Device, registers, (_, _, mapRegisterBase, _) =>
        {
            given = mapRegisterBase;
            return IoAllocationAction.DeallocateObjectKeepRegisters;
        }, null));
        return given;
    }

    /// <summary>A context ready for one request.</summary>
    public static DmaTransferContext NewContext(DmaAdapter adapter)
    {
        var context = new DmaTransferContext();
        Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.InitializeDmaTransferContext(context));
        return context;
    }

    /// <summary>What a driver that goes on inline is given.</summary>
    public MapRegisters? AllocateInline(DmaAdapter adapter, uint registers)
    {
        Assert.Equal(NtStatus.STATUS_SUCCESS, adapter.AllocateAdapterChannelEx(
            Device, NewContext(adapter), registers, DMA_SYNCHRONOUS_CALLBACK, null, null, out MapRegisters? given));
        return given;
    }

    /// <summary>Maps through MapTransferEx with a list of so much room, and returns the elements.</summary>
    public static (long Address, uint Length)[] MapEx(
        DmaAdapter adapter, Mdl mdl, MapRegisters? registers, ulong offset, ref uint length, uint room = 16, bool writeToDevice = false)
    {
        ScatterGatherList list = ScatterGatherList.WithCapacity(room);
        Assert.Equal(NtStatus.STATUS_SUCCESS,
            adapter.MapTransferEx(mdl, registers, offset, 0, ref length, writeToDevice, list, 16 + 24 * room, null, null));
        return Elements(list);
    }

    /// <summary>The list of a range; granted at once.</summary>
    public ScatterGatherList GetList(DmaAdapter adapter, Mdl mdl, nuint currentVa, uint length, bool writeToDevice = false)
    {
        ScatterGatherList? given = null;
        Assert.Equal(NtStatus.STATUS_SUCCESS,
            adapter.GetScatterGatherList(Device, mdl, currentVa, length, (_, _, list, _) => given = list, null, writeToDevice));
        return Assert.IsType<ScatterGatherList>(given);
    }

    public static (long Address, uint Length)[] Elements(ScatterGatherList list)
    {
        var elements = new (long, uint)[list.NumberOfElements];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = (list.Elements[i].Address.QuadPart, list.Elements[i].Length);
        return elements;
    }

    public static (long Address, uint Length) Map(DmaAdapter adapter, Mdl mdl, MapRegisters? registers, nuint currentVa, uint length, bool writeToDevice = false)
    {
        PhysicalAddress logical = adapter.MapTransfer(mdl, registers, currentVa, ref length, writeToDevice);
        return (logical.QuadPart, length);
    }

    /// <summary>The bytes of a locked buffer in its frames, at any IRQL.</summary>
    public byte[] Read(Mdl mdl, nuint address, uint length)
    {
        byte[] bytes = new byte[length];
        for (uint i = 0; i < length; i++)
            bytes[i] = ByteAt(mdl, address + i);
        return bytes;
    }

    public void Write(Mdl mdl, nuint address, params ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
            ByteAt(mdl, address + (nuint)i) = bytes[i];
    }

    private ref byte ByteAt(Mdl mdl, nuint address) =>
        ref Machine.System.Memory.Arena.Byte(new(mdl.Pfns[(int)((address - mdl.StartVa) >> PAGE_SHIFT)]), BYTE_OFFSET(address));

    /// <summary>Bytes that tell positions apart, page by page too.</summary>
    public static byte[] Numbered(uint length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(1 + i % 251);
        return bytes;
    }

    public static byte[] Bytes(uint length, byte value)
    {
        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    public static byte[] DeviceReads(DmaAdapter adapter, long logical, uint length)
    {
        byte[] bytes = new byte[length];
        new BusPort(adapter).Read(new(logical), bytes);
        return bytes;
    }

    public static void DeviceWrites(DmaAdapter adapter, long logical, params ReadOnlySpan<byte> bytes) => new BusPort(adapter).Write(new(logical), bytes);

    public void Dispose() => Machine.Dispose();
}
