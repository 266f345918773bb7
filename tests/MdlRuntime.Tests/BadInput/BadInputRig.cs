using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.BadInput;

/// <summary>A small machine with one object of every kind, and for every type the arguments that a careless driver passes.</summary>
internal sealed class BadInputRig : IDisposable
{
    private const uint Length = 0x1800;

    private static readonly MachineOptions s_small = new() { MemoryBytes = 1 << 20, SystemPtes = 64, MapRegisters = 4 };

    private readonly Dictionary<Type, object> _objects = [];
    private readonly nuint _buffer, _pool;
    private readonly Mdl _unlocked, _freedMdl;
    private readonly Irp _freedIrp;

    /// <summary>Made on demand: the same kinds of objects on another machine.</summary>
    private BadInputRig? _other;

    public BadInputRig(VerifierMode verifier = VerifierMode.Strict, AdapterKind kind = AdapterKind.Version2)
    {
        Machine = new(s_small with { Verifier = verifier, Iommu = kind == AdapterKind.Version3 });
        StartFrames = Machine.FreeFrames;
        DriverObject driver = Machine.LoadDriver("driver", (driver, _) =>
        {
            driver.DriverStartIo = (_, _) => { };
            driver.AddDevice = (_, _) => NtStatus.STATUS_SUCCESS;
            return IoCreateDevice(driver, null, "device", 0, 0, false, out DeviceObject? _);
        });
        DeviceObject device = driver.DeviceObject!;
        Process = Machine.CreateProcess("app");
        DeviceHandle handle = Process.Open("device");
        nuint buffer = _buffer = Process.Allocate(Length, 0x900);
        var kernel = new KernelObjects();
        Process.Run(() => kernel = KernelObjects.Make(device, buffer, Length, kind));
        (_pool, _unlocked, _freedMdl, _freedIrp) = (kernel.Pool, kernel.Unlocked!, kernel.FreedMdl!, kernel.FreedIrp!);
        Add(Machine, Machine.Faults, Process, Process.Object, driver, driver.MajorFunction, device, handle, handle.File);
        Add(kernel.Mdl!, kernel.Irp!, kernel.Irp!.Next, kernel.Adapter!, kernel.WorkItem!, kernel.Thread!, kernel.Interrupt!, kernel.Dpc!);
        Add(new BlockDevice(Machine, new MemoryMedium(new byte[64])), new StreamDevice(Machine, new MemoryStream()), InterruptLine.ForVector(Machine, 7), DmaRequestLine.ForChannel(Machine, 1));
        if (kind is AdapterKind.Version2 or AdapterKind.Version3)
            Add(new BusPort(kernel.Adapter!));
        Add(new KEvent(), new KSpinLock(), new KTimer(), new DmaTransferContext(), new IoStatusHolder(), ScatterGatherList.WithCapacity(2));
        Add(new NetworkDevice(Machine), new NetworkDeviceOptions(), new IommuDmaLogicalAllocatorConfig(32), new FastIoDispatch(), new MdlChain(), kernel.Adapter!.DmaOperations);
        foreach (object? value in (ReadOnlySpan<object?>)[kernel.Registers, kernel.List, kernel.Vector, kernel.Iommu, kernel.Domain, kernel.IommuDevice, kernel.IommuMemory])
        {
            if (value is not null)
                Add(value);
        }

        foreach (DmaAdapterState state in Machine.DmaAdapters)
            Add(state);
        Add(s_small with { }, new DeviceDescription(), new BlockDeviceOptions(), new StreamDeviceOptions(), new FileMedium("absent.medium"), "device");
        Add(new DeviceMemory(Machine, 0x1000), new RegisterWindow(Machine, 0x1000, new RegisterLog()));
        _objects[typeof(object)] = "context";
        _objects[typeof(IDeviceRegisters)] = new RegisterLog();
        _objects[typeof(Stream)] = new MemoryStream();
        _objects[typeof(IReadOnlyCollection<string>)] = new[] { "driver" };
        _objects[typeof(IBlockMedium)] = new MemoryMedium(new byte[64]);
        _objects[typeof(IReadOnlyList<Memory<byte>>)] = new Memory<byte>[] { new byte[8] };
        _objects[typeof(IReadOnlyList<ReadOnlyMemory<byte>>)] = new ReadOnlyMemory<byte>[] { new byte[8] };
    }

    public Machine Machine { get; }

    public UserProcess Process { get; }

    public long StartFrames { get; }

    /// <summary>A sensible set, one with a twin, impossible limits, a section behind the end, and no kind of configuration.</summary>
    private static DmaCommonBufferExtendedConfiguration[][] Configurations { get; } =
    [
        [new() { ConfigType = DmaCommonBufferExtendedConfigurationType.CommonBufferConfigTypeSubSection, SubSection = new(0, 0x1000) }],
        [],
        [new(), new()],
        [new() { ConfigType = DmaCommonBufferExtendedConfigurationType.CommonBufferConfigTypeLogicalAddressLimits, LogicalAddressLimits = new(new(-1), new(0)) }],
        [new() { ConfigType = DmaCommonBufferExtendedConfigurationType.CommonBufferConfigTypeSubSection, SubSection = new(ulong.MaxValue, uint.MaxValue) }],
        [new() { ConfigType = (DmaCommonBufferExtendedConfigurationType)77 }],
    ];

    private BadInputRig Other => _other ??= new(VerifierMode.Off);

    /// <summary>How many arguments of a type there are: first the good one, then the bad ones.</summary>
    public static int Choices(Type type) =>
        type == typeof(Mdl) ? 5
        : type == typeof(Irp) ? 4
        : type == typeof(nuint) ? 8
        : type == typeof(DmaCommonBufferExtendedConfiguration[]) ? Configurations.Length
        : type.IsEnum ? 3
        : Numbers(type) is { } numbers ? numbers.Length
        : type == typeof(bool) || type == typeof(PhysicalAddress) || type.IsByRefLike ? 2
        : Nullable.GetUnderlyingType(type) is { } underlying ? Choices(underlying) + 1
        : type.IsValueType ? 1
        : type == typeof(object) || type == typeof(string) || type.IsAssignableTo(typeof(Delegate)) ? 2
        : 3;

    /// <summary>The argument of a type with this number; 0 is the good one, 1 is null for references.</summary>
    public object? Argument(Type type, int choice)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return choice == 1 ? null : Argument(underlying, choice == 0 ? 0 : choice - 1);
        if (type == typeof(nuint))
            return ((nuint[])[_buffer, 0, 1, _unlocked.Address, _pool, 0x7FFF_FFFF, unchecked((nuint)0xFFFF_F680_0000_0000), nuint.MaxValue])[choice];
        if (type.IsEnum)
            return Enum.ToObject(type, choice switch { 0 => Convert.ToInt64(Enum.GetValues(type).GetValue(0)), 1 => 0x7F, _ => 0 });
        if (Numbers(type) is { } numbers)
            return numbers[choice];
        if (type == typeof(bool))
            return choice == 1;
        if (type == typeof(PhysicalAddress))
            return new PhysicalAddress(choice == 0 ? 0x4000 : -1);
        if (type.IsByRefLike)
            return Array.CreateInstance(type.GenericTypeArguments[0], choice == 0 ? 16 : 0);
        if (type == typeof(DmaCommonBufferExtendedConfiguration[]))
            return choice == 1 ? null : Configurations[choice];
        if (type.IsValueType)
            return Activator.CreateInstance(type);
        return choice switch
        {
            0 => Object(type),
            1 => null,
            2 when type == typeof(Mdl) => _freedMdl,
            2 when type == typeof(Irp) => _freedIrp,
            3 when type == typeof(Mdl) => _unlocked,
            _ => Other.Object(type),
        };
    }

    /// <summary>Whether an argument of this type can be made at all.</summary>
    public bool CanMake(Type type) => type.IsValueType || type == typeof(DmaCommonBufferExtendedConfiguration[]) || Object(type) is not null;

    public void Dispose()
    {
        Machine.Dispose();
        _other?.Dispose();
    }

    private void Add(params ReadOnlySpan<object> objects)
    {
        foreach (object value in objects)
            _objects[value.GetType()] = value;
    }

    private object? Object(Type type) => type.IsAssignableTo(typeof(Delegate)) ? Routine(type) : _objects.GetValueOrDefault(type);

    private static object[]? Numbers(Type type) =>
        type == typeof(uint) ? [16u, 0u, 1u, 0x1800u, uint.MaxValue]
        : type == typeof(int) ? [1, 0, -1, int.MaxValue, int.MinValue]
        : type == typeof(long) ? [0L, 1L, -1L, long.MaxValue, long.MinValue]
        : type == typeof(ulong) ? [(ulong)Executive.POOL_FLAG_NON_PAGED, 0ul, ulong.MaxValue]
        : type == typeof(byte) ? [(byte)1, (byte)0, byte.MaxValue]
        : type == typeof(sbyte) ? [(sbyte)1, (sbyte)0, sbyte.MaxValue, sbyte.MinValue]
        : type == typeof(ushort) ? [(ushort)1, (ushort)0, ushort.MaxValue]
        : type == typeof(double) ? [0.5, -1.0, double.NaN]
        : null;

    private static object? Routine(Type type) =>
        type == typeof(DriverControl) ? new DriverControl((_, _, _, _) => IoAllocationAction.DeallocateObject)
        : type == typeof(DriverListControl) ? new DriverListControl((_, _, _, _) => { })
        : type == typeof(DmaCompletionRoutine) ? new DmaCompletionRoutine((_, _, _, _) => { })
        : type == typeof(DriverInitialize) ? new DriverInitialize((_, _) => NtStatus.STATUS_SUCCESS)
        : type == typeof(DriverUnload) ? new DriverUnload(_ => { })
        : type == typeof(DriverAddDevice) ? new DriverAddDevice((_, _) => NtStatus.STATUS_SUCCESS)
        : type == typeof(IoWorkItemRoutine) ? new IoWorkItemRoutine((_, _) => { })
        : type == typeof(KStartRoutine) ? new KStartRoutine(_ => { })
        : type == typeof(DriverDispatch) ? new DriverDispatch((_, _) => NtStatus.STATUS_SUCCESS)
        : type == typeof(DriverStartIo) ? new DriverStartIo((_, _) => { })
        : type == typeof(DriverCancel) ? new DriverCancel((_, _) => { })
        : type == typeof(IoCompletionRoutine) ? new IoCompletionRoutine((_, _, _) => NtStatus.STATUS_SUCCESS)
        : type == typeof(KServiceRoutine) ? new KServiceRoutine((_, _) => true)
        : type == typeof(KDeferredRoutine) ? new KDeferredRoutine((_, _, _, _) => { })
        : type == typeof(IoDpcRoutine) ? new IoDpcRoutine((_, _, _, _) => { })
        : type == typeof(KSynchronizeRoutine) ? new KSynchronizeRoutine(_ => true)
        : type == typeof(MmMdlRoutine) ? new MmMdlRoutine((_, _) => { })
        : type == typeof(Action) ? new Action(() => { })
        : type == typeof(Func<int>) ? new Func<int>(() => 0)
        : type == typeof(Action<TraceRecord>) ? new Action<TraceRecord>(_ => { })
        : type == typeof(FastIoTransfer) ? new FastIoTransfer((FileObject _, long _, uint _, nuint _, ref IoStatusBlock _, DeviceObject _) => false)
        : type == typeof(FastIoDeviceControl) ? new FastIoDeviceControl((FileObject _, nuint _, uint _, nuint _, uint _, uint _, ref IoStatusBlock _, DeviceObject _) => false)
        : null;
}
