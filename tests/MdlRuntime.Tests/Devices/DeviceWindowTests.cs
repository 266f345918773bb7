using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.MemoryCachingType;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.RuntimeLibrary;

namespace MdlRuntime.Tests.Devices;

/// <summary>Registers and memory of devices at physical addresses.</summary>
public sealed class DeviceWindowTests
{
    [Fact, Proves("MDL-317")]
    public void Registers_see_each_access_with_its_offset_and_size()
    {
        using var machine = new Machine();
        var log = new RegisterLog();
        using var window = new RegisterWindow(machine, 0x1000, log);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(window.Base, 0x1000, MmNonCached);

            Assert.Equal(0x10u, VirtualMemory.Read<uint>(address + 0x10));
            Assert.Equal(0xABCD_0000_0000_0008, VirtualMemory.Read<ulong>(address + 8));
            VirtualMemory.Write(address + 2, (ushort)0xBEEF);
            VirtualMemory.Write<byte>(address + 7, 0x80);
        });

        Assert.Equal([("read", 0x10ul, 4, 0ul), ("read", 8ul, 8, 0ul), ("write", 2ul, 2, 0xBEEFul), ("write", 7ul, 1, 0x80ul)], log.Accesses);
    }

    [Fact]
    public void Longer_and_unaligned_accesses_reach_registers_in_aligned_pieces()
    {
        using var machine = new Machine();
        var log = new RegisterLog();
        using var window = new RegisterWindow(machine, 0x2000, log);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(window.Base, 0x2000, MmNonCached);

            RtlFillMemory(address + 0xFFE, 4, 0x11);
            VirtualMemory.CopyFrom(address + 1, [1, 2, 3, 4, 5, 6, 7]);
            byte[] read = new byte[6];
            VirtualMemory.CopyTo(address + 0x12, read);
            Assert.Equal([0x12, 0, 0x14, 0, 0, 0], read);
        });

        Assert.Equal(
            [
                ("write", 0xFFEul, 2, 0x1111ul), ("write", 0x1000ul, 2, 0x1111ul),
                ("write", 1ul, 1, 1ul), ("write", 2ul, 2, 0x0302ul), ("write", 4ul, 4, 0x0706_0504ul),
                ("read", 0x12ul, 2, 0ul), ("read", 0x14ul, 4, 0ul),
            ],
            log.Accesses);
    }

    [Fact]
    public void Registers_can_be_copied_to_and_from_memory_but_not_shown_as_memory()
    {
        using var machine = new Machine();
        var log = new RegisterLog();
        using var window = new RegisterWindow(machine, 0x1000, log);
        machine.Run(() =>
        {
            nuint registers = MmMapIoSpace(window.Base, 0x1000, MmNonCached);
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 0x40, 1);

            RtlCopyMemory(pool, registers + 0x20, 4);
            RtlCopyMemory(registers + 0x30, pool, 4);

            Assert.Equal(0x20u, VirtualMemory.Read<uint>(pool));
            Assert.Equal([("read", 0x20ul, 4, 0ul), ("write", 0x30ul, 4, 0x20ul)], log.Accesses);
            Assert.Throws<InvalidOperationException>(() => VirtualMemory.TryGetSpan(registers, 4, out _));
            Assert.True(MmIsAddressValid(registers));
            Assert.Equal(2, log.Accesses.Count);
        });
    }

    [Fact]
    public void A_value_across_two_pages_of_registers_is_two_accesses()
    {
        using var machine = new Machine();
        var log = new RegisterLog();
        using var window = new RegisterWindow(machine, 0x2000, log);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(window.Base, 0x2000, MmNonCached);
            VirtualMemory.Write(address + 0xFFC, 0x1122_3344_5566_7788);
            Assert.Equal(0x0000_1000_0000_0FFCul, VirtualMemory.Read<ulong>(address + 0xFFC));
        });
        Assert.Equal([("write", 0xFFCul, 4, 0x5566_7788ul), ("write", 0x1000ul, 4, 0x1122_3344ul), ("read", 0xFFCul, 4, 0ul), ("read", 0x1000ul, 4, 0ul)], log.Accesses);
    }

    [Fact]
    public void Where_nobody_answers_reads_give_ones_and_writes_are_lost()
    {
        using var machine = new Machine();
        var memory = new DeviceMemory(machine, 0x1000);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(memory.Base, 0x2000, MmNonCached);
            VirtualMemory.Write(address + 0x1000, 5);
            Assert.Equal((0u, uint.MaxValue), (VirtualMemory.Read<uint>(address), VirtualMemory.Read<uint>(address + 0x1000)));

            memory.Dispose();
            memory.Dispose();

            VirtualMemory.Write(address, 5);
            Assert.Equal(uint.MaxValue, VirtualMemory.Read<uint>(address));
        });
    }

    [Fact]
    public void Device_memory_is_shown_as_one_span_and_filled_like_memory()
    {
        using var machine = new Machine();
        using var memory = new DeviceMemory(machine, 0x3000);
        machine.Run(() =>
        {
            nuint address = MmMapIoSpace(memory.Base, 0x3000, MmWriteCombined);
            Assert.True(VirtualMemory.TryGetSpan(address + 0x800, 0x2000, out Span<byte> span));
            span.Fill(0x3C);
            RtlZeroMemory(address + 0xFFF, 2);
        });
        Assert.Equal(0x800, memory.Bytes.IndexOf((byte)0x3C));
        Assert.Equal(0x2800, memory.Bytes.LastIndexOf((byte)0x3C) + 1);
        Assert.Equal([0, 0], memory.Bytes.Slice(0xFFF, 2).ToArray());
    }

    [Fact]
    public void Windows_lie_behind_memory_apart_and_aligned_to_their_length()
    {
        using var machine = new Machine();
        using var small = new DeviceMemory(machine, 0x1000);
        using var large = new RegisterWindow(machine, 0x30_0000, new RegisterLog());
        using var next = new DeviceMemory(machine, 0x1000);

        Assert.True(small.Base.QuadPart >= machine.System.Options.MemoryBytes);
        Assert.Equal(0, large.Base.QuadPart % 0x40_0000);
        Assert.True(large.Base.QuadPart >= small.Base.QuadPart + small.Length);
        Assert.True(next.Base.QuadPart >= large.Base.QuadPart + large.Length);
        Assert.Equal((0x1000L, 0x30_0000L), (small.Length, large.Length));
    }

    [Fact]
    public void A_machine_with_much_memory_has_its_devices_behind_it()
    {
        using var machine = new Machine(new() { MemoryBytes = 5L << 30 });
        using var memory = new DeviceMemory(machine, 0x1000);
        Assert.Equal(5L << 30, memory.Base.QuadPart);
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(0x800L)]
    [InlineData(-0x1000L)]
    [InlineData((1L << 30) + 0x1000)]
    public void A_window_has_whole_pages(long length)
    {
        using var machine = new Machine();
        Assert.Throws<ArgumentOutOfRangeException>("length", () => new DeviceMemory(machine, length));
        Assert.Throws<ArgumentOutOfRangeException>("length", () => new RegisterWindow(machine, length, new RegisterLog()));
    }

    [Fact]
    public void User_mode_reaches_registers_through_a_view_of_an_mdl()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        var log = new RegisterLog();
        using var window = new RegisterWindow(machine, 0x1000, log);
        nuint view = 0;
        process.Run(() =>
        {
            MmAllocateMdlForIoSpace([new(window.Base, 0x1000)], 1, out Mdl? mdl);
            view = MmMapLockedPagesSpecifyCache(mdl!, KProcessorMode.UserMode, MmNonCached, 0, false, MmPagePriority.NormalPagePriority);
        });

        process.Write(view + 4, [0x78, 0x56, 0x34, 0x12]);

        Assert.Equal([("write", 4ul, 4, 0x1234_5678ul)], log.Accesses);
    }

    [Fact]
    public void Register_access_appears_in_the_trace()
    {
        var trace = new List<string>();
        using var machine = new Machine(new() { Trace = record => trace.Add($"{record.Routine} {record.Value1} {record.Value2}") });
        using var window = new RegisterWindow(machine, 0x1000, new RegisterLog());
        machine.Run(() => VirtualMemory.Write(MmMapIoSpace(window.Base, 0x1000, MmNonCached) + 4, 7));
        Assert.Contains("RegisterWindow.Write 4 4", trace);
    }

    [Fact]
    public void The_block_device_can_be_driven_through_its_register_window()
    {
        using var machine = new Machine(new() { Verifier = VerifierMode.Survey });
        var device = new BlockDevice(machine, new MemoryMedium(new byte[64]));
        using var window = new RegisterWindow(machine, 0x1000, device);
        machine.Run(() =>
        {
            nuint registers = MmMapIoSpace(window.Base, 0x1000, MmNonCached);

            VirtualMemory.Write(registers + (uint)BlockDeviceRegister.MediumOffsetHigh, 0x1234u);
            VirtualMemory.Write(registers + (uint)BlockDeviceRegister.MediumOffsetHigh, (ushort)1);
            VirtualMemory.Write(registers + 0x800, 1u);

            Assert.Equal(0x1234u, device.ReadRegister(BlockDeviceRegister.MediumOffsetHigh));
            Assert.Equal(0x1234u, VirtualMemory.Read<uint>(registers + (uint)BlockDeviceRegister.MediumOffsetHigh));
            Assert.Equal(0, VirtualMemory.Read<ushort>(registers + (uint)BlockDeviceRegister.MediumOffsetHigh));
            Assert.Equal(0u, VirtualMemory.Read<uint>(registers + 0x800));
        });
    }
}
