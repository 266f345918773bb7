using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Tests.Devices;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.NtStatus;
using static MdlRuntime.Tests.Dma.DmaBench;

namespace MdlRuntime.Tests.Dma;

/// <summary>Transfers that fail on the way, and what a driver does about it.</summary>
public sealed class RetryTests
{
    private const uint Length = 6000, PageOffset = 0xE50;

    private readonly List<TraceRecord> _trace = [];

    public static TheoryData<DeviceDescription, bool> Ways => new()
    {
        { Packet24, false }, { Packet24, true }, { Packet64, false }, { ScatterGather64, false }, { ScatterGather64, true },
    };

    [Theory, Proves("DMA-341", "DMA-342", "DMA-345", "DMA-346")]
    [MemberData(nameof(Ways))]
    public void A_failed_transfer_is_ended_mapped_again_and_succeeds(DeviceDescription description, bool usesList)
    {
        using Machine machine = NewMachine();
        var medium = new MemoryMedium(Numbered(0x4000)) { Failure = (1, new IOException()) };
        TransferDriver driver = Load(machine, medium, description, usesList, attempts: 2);

        (IoStatusBlock status, byte[] bytes) = Read(machine, driver);

        Assert.Equal((STATUS_SUCCESS, (nuint)Length, 2), (status.Status, status.Information, medium.Calls));
        Assert.Equal(Numbered(Length), bytes);
        // The request's MDL serves both tries: its pages stay locked, and its map registers allocated.
        Assert.Equal(1, Count(nameof(MmProbeAndLockPages)));
        Assert.Equal(usesList ? 2 : 1, Count(usesList ? "AdapterListControl" : "AdapterControl"));
        Assert.Equal(2, Count(usesList ? "PutScatterGatherList" : "FlushAdapterBuffers"));
    }

    [Fact, Proves("DMA-342", "DMA-346")]
    public void Registers_that_were_given_back_come_back_as_others_and_the_device_is_told_the_new_addresses()
    {
        using Machine machine = NewMachine(VerifierMode.Off);
        var medium = new MemoryMedium(Numbered(0x4000)) { Failure = (1, new IOException()) };
        TransferDriver driver = Load(machine, medium, Packet24, usesList: false, attempts: 2, releases: true);
        DmaAdapter rival = machine.Run(() => IoGetDmaAdapter(driver.Device, Packet24, out _))!;
        driver.BeforeRetry = () => rival.AllocateAdapterChannel(driver.Device, 1, (_, _, _, _) => IoAllocationAction.KeepObject, null);

        (IoStatusBlock status, byte[] bytes) = Read(machine, driver);

        Assert.Equal(STATUS_SUCCESS, status.Status);
        Assert.Equal(Numbered(Length), bytes);
        ulong[] logical = [.. _trace.Where(record => record.Routine == nameof(DmaAdapter.MapTransfer)).Select(record => record.Value1)];
        Assert.Equal(2, logical.Length);
        Assert.NotEqual(logical[0], logical[1]);
        Assert.Equal(3, Count("AdapterControl"));
    }

    [Theory, Proves("DMA-343")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_transfer_that_fell_short_goes_on_where_the_device_stopped(bool isBounced)
    {
        using Machine machine = NewMachine();
        var medium = new MemoryMedium(Numbered(0x4000)) { Limit = 1000 };
        TransferDriver driver = Load(machine, medium, isBounced ? Packet24 : ScatterGather64, usesList: false, attempts: 1);

        (IoStatusBlock status, byte[] bytes) = Read(machine, driver);

        Assert.Equal((STATUS_SUCCESS, (nuint)Length, 6), (status.Status, status.Information, medium.Calls));
        Assert.Equal(Numbered(Length), bytes);
        ulong[] flushed = [.. _trace.Where(record => record.Routine == nameof(DmaAdapter.FlushAdapterBuffers)).Select(record => record.Value1)];
        Assert.Equal([0, 1000, 2000, 3000, 4000, 5000], flushed.Select(va => (int)(va - flushed[0])));
    }

    [Theory, Proves("DMA-344")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_retried_write_sends_what_the_buffer_holds_then(bool isBounced)
    {
        using Machine machine = NewMachine();
        var medium = new MemoryMedium(new byte[0x4000]) { Failure = (1, new IOException()) };
        TransferDriver driver = Load(machine, medium, isBounced ? Packet24 : ScatterGather64, usesList: false, attempts: 2);
        driver.BeforeRetry = () => machine.System.Memory.Arena.Bytes(new(driver.Mdl.Pfns[0]), (int)PageOffset, 3).Fill(0x77);
        UserProcess app = machine.CreateProcess("app");
        nuint buffer = app.Allocate(Length, PageOffset);
        app.Write(buffer, Numbered(Length));
        using DeviceHandle handle = app.Open(driver.Name);

        Assert.Equal(STATUS_SUCCESS, handle.Write(buffer, Length).Status);

        Assert.Equal([0x77, 0x77, 0x77, .. Numbered(Length)[3..]], medium.Bytes[..(int)Length]);
    }

    [Theory, Proves("DMA-348", "DMA-341", "DMA-345")]
    [MemberData(nameof(Ways))]
    public void A_driver_that_gives_up_returns_everything_and_reports_what_really_moved(DeviceDescription description, bool usesList)
    {
        using Machine machine = NewMachine();
        // The first stage of two pages succeeds; the second fails three times.
        var medium = new FailingMedium(new byte[0x4000], [2, 3, 4]);
        TransferDriver driver = Load(machine, medium, description, usesList, attempts: 3, maximumLength: 0x1000);
        UserProcess app = machine.CreateProcess("app");
        nuint buffer = app.Allocate(3 * 4096);
        using DeviceHandle handle = app.Open(driver.Name);

        Task<IoStatusBlock> read = handle.ReadAsync(buffer, 3 * 4096);
        machine.RunUntilIdle();
        IoStatusBlock status = Io.TestDevice.ResultOf(read);

        Assert.Equal((STATUS_IO_DEVICE_ERROR, (nuint)(2 * 4096), 4), (status.Status, status.Information, medium.Calls));
        // A new request has a new MDL, and everything the other one had.
        Assert.Equal((STATUS_SUCCESS, (nuint)(3 * 4096)), handle.Read(buffer, 3 * 4096) is var again ? (again.Status, again.Information) : default);
        Assert.Equal(0, app.LockedPages);
    }

    [Fact, Proves("DMA-341")]
    public void Mapping_a_failed_range_again_without_ending_it_is_a_finding()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4096, 0);
        Assert.Equal("MDL4007", bench.Stops(0x1D, () =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 4096);
            Map(adapter, mdl, registers, mdl.VirtualAddress, 4096);
        }).RuleId);
    }

    [Fact, Proves("DMA-341", "DMA-155")]
    public void Without_verifier_each_try_that_is_not_ended_uses_up_registers()
    {
        using var bench = new DmaBench(Physical(VerifierMode.Off));
        DmaAdapter adapter = bench.GetAdapter(Packet24);
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        bench.AtDispatch(() =>
        {
            MapRegisters? registers = bench.Allocate(adapter, 2);
            Assert.Equal(0x200000, Map(adapter, mdl, registers, mdl.VirtualAddress, 4096).Address);
            Assert.Equal(0x201000, Map(adapter, mdl, registers, mdl.VirtualAddress, 4096).Address);
            adapter.FlushAdapterBuffers(mdl, registers, mdl.VirtualAddress, 4096, writeToDevice: false);
            Assert.Equal(0x200000, Map(adapter, mdl, registers, mdl.VirtualAddress, 4096).Address);
        });
    }

    [Fact, Proves("DMA-345", "DMA-199", "DMA-121")]
    public void A_driver_with_a_partial_mdl_of_its_own_builds_it_anew_for_each_range()
    {
        using var bench = new DmaBench();
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(10000, 0xF38, 0x1000, 0x1001, 0x2000, 0x2001);
        bench.AtDispatch(() =>
        {
            Mdl partial = IoAllocateMdl(mdl.VirtualAddress, 4096, false, false, null)!;
            for (uint start = 0; start < 10000; start += 4096)
            {
                uint length = Math.Min(4096, 10000 - start);
                IoBuildPartialMdl(mdl, partial, mdl.VirtualAddress + start, length);
                for (uint done = 0; done < length;)
                {
                    (long logical, uint run) = Map(adapter, partial, null, MmGetMdlVirtualAddress(partial) + done, length - done);
                    DeviceWrites(adapter, logical, Numbered(10000).AsSpan((int)(start + done), (int)run));
                    done += run;
                }

                adapter.FlushAdapterBuffers(partial, null, MmGetMdlVirtualAddress(partial), length, writeToDevice: false);
                MmPrepareMdlForReuse(partial);
            }

            IoFreeMdl(partial);
            Assert.Equal(Numbered(10000), bench.Read(mdl, mdl.VirtualAddress, 10000));
        });
    }

    [Theory, Proves("DMA-345", "DMA-117")]
    [InlineData(VerifierMode.Off)]
    [InlineData(VerifierMode.Strict)]
    public void A_retry_after_the_pages_were_unlocked_needs_them_locked_again(VerifierMode verifier)
    {
        using var bench = new DmaBench(Physical(verifier));
        DmaAdapter adapter = bench.GetAdapter(ScatterGather64);
        Mdl mdl = bench.Lock(4096, 0, 0x1000);
        bench.App.Run(() => MmUnlockPages(mdl));
        if (verifier == VerifierMode.Strict)
        {
            Assert.Equal("MDL4009", bench.Stops(0x0E, () => Map(adapter, mdl, null, mdl.VirtualAddress, 4096)).RuleId);
            return;
        }

        // The page goes out and comes back in another frame; the MDL still names the old one.
        bench.App.Trim();
        bench.Machine.System.Memory.Frames.ForceNext([0x3000]);
        bench.App.Write(mdl.VirtualAddress, Bytes(4096, 0xAA));
        bench.AtDispatch(() =>
        {
            (long logical, _) = Map(adapter, mdl, null, mdl.VirtualAddress, 4096);
            Assert.NotEqual(0x3000000, logical);
        });
        bench.App.Run(() => MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess));
        bench.AtDispatch(() => Assert.Equal(0x3000000, Map(adapter, mdl, null, mdl.VirtualAddress, 4096).Address));
    }

    private Machine NewMachine(VerifierMode verifier = VerifierMode.Strict) => new(new() { Verifier = verifier, MapRegisters = 8, MemoryBytes = 64 << 20, Trace = _trace.Add });

    private int Count(string routine) => _trace.Count(record => record.Routine == routine);

    private static TransferDriver Load(
        Machine machine, IBlockMedium medium, DeviceDescription description, bool usesList, int attempts, bool releases = false, uint maximumLength = 0x2000)
    {
        var options = new BlockDeviceOptions { ScatterGather = description.ScatterGather };
        var driver = new TransferDriver(@"\Device\Retry", new(machine, medium, options), description with { MaximumLength = maximumLength }, usesList)
        {
            Attempts = attempts,
            ReleasesBeforeRetry = releases,
        };
        machine.LoadDriver("retry", driver.DriverEntry);
        return driver;
    }

    private (IoStatusBlock Status, byte[] Bytes) Read(Machine machine, TransferDriver driver)
    {
        UserProcess app = machine.CreateProcess("app");
        nuint buffer = app.Allocate(Length, PageOffset);
        using DeviceHandle handle = app.Open(driver.Name);
        _trace.Clear();
        IoStatusBlock status = handle.Read(buffer, Length);
        byte[] bytes = new byte[Length];
        app.Read(buffer, bytes);
        return (status, bytes);
    }

    /// <summary>Fails the calls with these numbers, counted from 1.</summary>
    private sealed class FailingMedium(byte[] bytes, int[] failures) : IBlockMedium
    {
        private readonly MemoryMedium _medium = new(bytes);

        public int Calls { get; private set; }

        public long Length => bytes.Length;

        public bool IsReadOnly => false;

        public long Read(long offset, IReadOnlyList<Memory<byte>> destination) =>
            failures.Contains(++Calls) ? throw new IOException() : _medium.Read(offset, destination);

        public long Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> source) => throw new NotSupportedException();
    }
}
