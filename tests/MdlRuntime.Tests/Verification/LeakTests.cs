using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Verification;

/// <summary>What drivers leave behind is found when it cannot be freed any more, and named with the line that allocated it.</summary>
public sealed class LeakTests
{
    public static TheoryData<string, string?, Action<Holder>> Leaks => new()
    {
        { "pool", null, holder => holder.Pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, Tag) },
        { "paged pool", null, holder => holder.Pool = ExAllocatePool2(POOL_FLAG_PAGED, 0x40, Tag) },
        { "MDL", "MDL3004", holder => holder.Mdl = IoAllocateMdl(0, 1, false, false, null) },
        { "locked MDL", "MDL3003", holder => holder.Mdl = Lock(ExAllocatePool2(POOL_FLAG_PAGED, 0x40, Tag)) },
        { "pages", "MDL3016", holder => holder.Mdl = MmAllocatePagesForMdl(new(0), new(-1), new(0), 0x1000) },
        { "MDL in pool", "MDL3004", holder => holder.Mdl = MmCreateMdl(null, 0, 1) },
        { "contiguous memory", null, holder => holder.Pool = MmAllocateContiguousMemory(0x1000, new(-1)) },
        { "device mapping", null, holder => holder.Pool = MmMapIoSpace(new(0xE000_0010), 0x10, MemoryCachingType.MmNonCached) },
        { "IRP", "MDL5008", holder => holder.Irp = IoAllocateIrp(1, false) },
        { "DMA adapter", "MDL4010", holder => IoGetDmaAdapter(holder.Device, new() { Master = true, MaximumLength = 4096 }, out _) },
        { "work item", null, holder => holder.WorkItem = IoAllocateWorkItem(holder.Device!) },
    };

    [Theory, Proves("MDL-518", "MDL-509", "DMA-311")]
    [MemberData(nameof(Leaks))]
    public void Unloading_a_driver_names_what_it_has_not_freed(string what, string? ruleId, Action<Holder> allocate)
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Survey });
        DriverObject driver = LoadLeaky(machine, new(), allocate, free: null);

        machine.UnloadDriver(driver);

        Finding finding = machine.Findings[^1];
        Assert.Equal((0xC4u, 0x62ul, 0ul, ruleId), (finding.BugCheckCode, finding.Parameter1, finding.Parameter3, finding.RuleId));
        Assert.Equal((ulong)machine.Findings.Count, finding.Parameter4);
        Assert.Contains(@"\Driver\leaky", finding.Explanation, StringComparison.Ordinal);
        Assert.True(finding.AllocationSite!.Contains("LeakTests.cs:line", StringComparison.Ordinal), $"{what}: {finding}");
        Assert.Contains($"Allocated: {finding.AllocationSite}", finding.ToString(), StringComparison.Ordinal);
    }

    [Fact, Proves("MDL-518")]
    public void The_second_parameter_points_to_the_name_of_the_driver()
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Survey });
        machine.UnloadDriver(LoadLeaky(machine, new(), holder => holder.Irp = IoAllocateIrp(1, false), free: null));

        nuint name = (nuint)machine.Findings[^1].Parameter2;

        byte[] bytes = new byte[12];
        machine.Run(() => VirtualMemory.CopyTo(name, bytes));
        Assert.Equal("leaky\0", System.Text.Encoding.Unicode.GetString(bytes));
    }

    [Fact, Proves("MDL-509")]
    public void Strict_mode_stops_at_the_first_leak()
    {
        using Machine machine = NewMachine();
        DriverObject driver = LoadLeaky(machine, new(), holder =>
        {
            holder.Mdl = IoAllocateMdl(0, 1, false, false, null);
            holder.Irp = IoAllocateIrp(1, false);
        }, free: null);

        BugCheckException stop = Assert.Throws<BugCheckException>(() => machine.UnloadDriver(driver));

        Assert.Equal((0xC4u, 0x62ul, 2ul, "MDL3004"), (stop.Code, stop.Parameter1, stop.Parameter4, stop.RuleId));
        Assert.Contains("IoAllocateMdl", stop.AllocationSite, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_frees_everything_leaves_without_a_finding()
    {
        using Machine machine = NewMachine();
        DriverObject driver = LoadLeaky(machine, new(), holder =>
        {
            holder.Pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, Tag);
            holder.Mdl = IoAllocateMdl(0, 1, false, false, null);
            holder.Irp = IoAllocateIrp(1, false);
            holder.WorkItem = IoAllocateWorkItem(holder.Device!);
        }, holder =>
        {
            ExFreePool(holder.Pool);
            IoFreeMdl(holder.Mdl!);
            IoFreeIrp(holder.Irp!);
            IoFreeWorkItem(holder.WorkItem!);
        });

        machine.UnloadDriver(driver);

        Assert.Empty(machine.Findings);
    }

    [Fact]
    public void What_others_have_allocated_is_no_leak_of_the_driver()
    {
        using Machine machine = NewMachine();
        Holder mine = new(), others = new();
        DriverObject clean = LoadLeaky(machine, mine, _ => { }, free: null);
        LoadLeaky(machine, others, holder => holder.Mdl = IoAllocateMdl(0, 1, false, false, null), free: null, "other");
        machine.Run(() => IoAllocateMdl(0, 1, false, false, null));

        machine.UnloadDriver(clean);

        Assert.Empty(machine.Findings);
    }

    [Fact]
    public void With_the_verifier_off_nobody_looks()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        DriverObject driver = LoadLeaky(machine, new(), holder => holder.Irp = IoAllocateIrp(1, false), free: null);

        machine.UnloadDriver(driver);

        Assert.Empty(machine.Findings);
    }

    [Fact]
    public void Switching_the_machine_off_is_silent()
    {
        Machine machine = NewMachine();
        LoadLeaky(machine, new(), holder => holder.Irp = IoAllocateIrp(1, false), free: null);

        machine.Dispose();

        Assert.Empty(machine.Findings);
    }

    [Fact, Proves("MDL-518")]
    public void A_driver_that_fails_to_load_has_leaks_too()
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Survey });

        Assert.Throws<NtStatusException>(() => machine.LoadDriver("half", (_, _) =>
        {
            ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, Tag);
            return NtStatus.STATUS_INSUFFICIENT_RESOURCES;
        }));

        Assert.Equal(0x62ul, Assert.Single(machine.Findings).Parameter1);
    }

    [Fact, Proves("MDL-538", "MDL-172")]
    public void A_lock_that_outlives_its_process_is_named_with_its_line()
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Survey });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        Mdl? left = null;
        process.Run(() => left = NewLocked(buffer, 0x2000));

        BugCheckException stop = Assert.Throws<BugCheckException>(process.Exit);

        Finding finding = Assert.Single(machine.Findings);
        Assert.Equal((0xCBu, 0ul, 0ul, (ulong)left!.Address, 2ul, "MDL3003"),
            (finding.BugCheckCode, finding.Parameter1, finding.Parameter2, finding.Parameter3, finding.Parameter4, finding.RuleId));
        Assert.Contains("IoAllocateMdl", finding.AllocationSite, StringComparison.Ordinal);
        Assert.Contains(finding.History, line => line.Contains("MmProbeAndLockPages", StringComparison.Ordinal));
        Assert.Equal((0x76u, 0ul, 2ul), (stop.Code, stop.Parameter1, stop.Parameter3));
    }

    [Fact, Proves("MDL-127")]
    public void A_partial_mdl_that_keeps_the_pages_of_a_completed_request_mapped_is_a_finding()
    {
        Mdl? part = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            part = NewPartial(irp.MdlAddress!);
            MmGetSystemAddressForMdlSafe(part, Priority);
            return TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
        });

        BugCheckException stop = Assert.Throws<BugCheckException>(() => test.Handle.Read(test.Process.Allocate(8), 8));

        Assert.Equal((0xC4u, (ulong)part!.Address, "MDL3007"), (stop.Code, stop.Parameter2, stop.RuleId));
    }

    [Fact, Proves("MDL-127")]
    public void A_partial_mdl_that_is_released_before_completion_is_none()
    {
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            Mdl part = NewPartial(irp.MdlAddress!);
            MmGetSystemAddressForMdlSafe(part, Priority);
            MmPrepareMdlForReuse(part);
            NtStatus status = TestDevice.Complete(irp, NtStatus.STATUS_SUCCESS);
            IoFreeMdl(part);
            return status;
        });

        test.Handle.Read(test.Process.Allocate(8), 8);

        Assert.Empty(test.Machine.Findings);
    }

    private static Mdl Lock(nuint address)
    {
        Mdl mdl = IoAllocateMdl(address, 0x40, false, false, null)!;
        MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoReadAccess);
        return mdl;
    }

    private static DriverObject LoadLeaky(Machine machine, Holder holder, Action<Holder> allocate, Action<Holder>? free, string name = "leaky") =>
        machine.LoadDriver(name, (driver, _) =>
        {
            IoCreateDevice(driver, null, null, FILE_DEVICE_UNKNOWN, 0, false, out DeviceObject? device);
            holder.Device = device;
            allocate(holder);
            driver.DriverUnload = _ =>
            {
                free?.Invoke(holder);
                IoDeleteDevice(device!);
            };
            return NtStatus.STATUS_SUCCESS;
        });

    /// <summary>Where a driver keeps what it has allocated.</summary>
    public sealed class Holder
    {
        public DeviceObject? Device { get; set; }

        public nuint Pool { get; set; }

        public Mdl? Mdl { get; set; }

        public Irp? Irp { get; set; }

        public IoWorkItem? WorkItem { get; set; }
    }
}
