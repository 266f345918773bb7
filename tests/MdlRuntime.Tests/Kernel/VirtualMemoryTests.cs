using MdlRuntime.Simulation;
using static MdlRuntime.RuntimeLibrary;
using static MdlRuntime.WdkMacros;

namespace MdlRuntime.Tests.Kernel;

public sealed class VirtualMemoryTests
{
    [Fact]
    public void Values_that_cross_a_page_border_are_read_and_written_whole()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(2 * PAGE_SIZE);
        process.Run(() =>
        {
            for (nuint offset = PAGE_SIZE - 8; offset <= PAGE_SIZE; offset++)
            {
                VirtualMemory.Write(buffer + offset, 0x1122_3344_5566_7788ul);
                Assert.Equal(0x1122_3344_5566_7788ul, VirtualMemory.Read<ulong>(buffer + offset));
                Assert.Equal(0x88, VirtualMemory.Read<byte>(buffer + offset));
                Assert.Equal(0x11, VirtualMemory.Read<byte>(buffer + offset + 7));
            }
        });
    }

    [Fact]
    public void A_copy_that_meets_a_bad_page_has_copied_the_pages_before_it()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(3 * PAGE_SIZE), source = process.Allocate(3 * PAGE_SIZE);
        process.Protect(buffer + 2 * PAGE_SIZE, 1, PageProtection.PAGE_READONLY);
        process.Run(() =>
        {
            RtlFillMemory(source, 3 * PAGE_SIZE, 0x5A);
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => RtlCopyMemory(buffer + 1, source, 3 * PAGE_SIZE - 1));
            Assert.Equal(0, VirtualMemory.Read<byte>(buffer));
            Assert.Equal(0x5A, VirtualMemory.Read<byte>(buffer + 1));
            Assert.Equal(0x5A, VirtualMemory.Read<byte>(buffer + 2 * PAGE_SIZE - 1));
            Assert.Equal(0, VirtualMemory.Read<byte>(buffer + 2 * PAGE_SIZE));

            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => RtlZeroMemory(buffer, 3 * PAGE_SIZE));
            Assert.Equal(0, VirtualMemory.Read<byte>(buffer + 2 * PAGE_SIZE - 1));
            byte[] bytes = new byte[2 * PAGE_SIZE];
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => VirtualMemory.CopyFrom(buffer + PAGE_SIZE, new byte[] { 1 }.Concat(bytes).ToArray()));
            Assert.Equal(1, VirtualMemory.Read<byte>(buffer + PAGE_SIZE));
        });
    }

    [Fact]
    public void Copies_between_any_two_offsets_keep_every_byte()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint from = process.Allocate(5 * PAGE_SIZE), to = process.Allocate(5 * PAGE_SIZE);
        byte[] bytes = new byte[5 * PAGE_SIZE];
        new Random(1).NextBytes(bytes);
        process.Run(() =>
        {
            VirtualMemory.CopyFrom(from, bytes);
            var random = new Random(2);
            for (int i = 0; i < 200; i++)
            {
                int source = random.Next(2 * (int)PAGE_SIZE), destination = random.Next(2 * (int)PAGE_SIZE), length = random.Next(3 * (int)PAGE_SIZE);
                RtlZeroMemory(to, 5 * PAGE_SIZE);
                RtlCopyMemory(to + (nuint)destination, from + (nuint)source, (nuint)length);
                byte[] seen = new byte[length + 1];
                VirtualMemory.CopyTo(to + (nuint)destination, seen);
                Assert.Equal(bytes.AsSpan(source, length), seen.AsSpan(0, length));
                Assert.Equal(0, seen[length]);
            }
        });
    }

    [Theory]
    [InlineData(FramePolicy.Scattered, 4)]
    [InlineData(FramePolicy.HighFirst, 4)]
    [InlineData(FramePolicy.Reversed, 4)]
    [InlineData(FramePolicy.Sequential, 1)]
    public void Runs_are_as_long_as_the_frames_are_contiguous(FramePolicy policy, int expectedRuns)
    {
        using var machine = new Machine(new() { Frames = policy });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(3 * PAGE_SIZE + 10, pageOffset: 100);
        process.Run(() =>
        {
            int runs = 0, length = 0;
            byte value = 0;
            foreach (Span<byte> run in VirtualMemory.EnumerateRuns(buffer, 3 * PAGE_SIZE + 10))
            {
                run.Fill(++value);
                runs++;
                length += run.Length;
            }

            Assert.Equal((expectedRuns, 3 * (int)PAGE_SIZE + 10), (runs, length));
            Assert.Equal(value, VirtualMemory.Read<byte>(buffer + 3 * PAGE_SIZE + 9));
            Assert.Equal(expectedRuns == 1, VirtualMemory.TryGetSpan(buffer, 3 * PAGE_SIZE, out _));
            Assert.True(VirtualMemory.TryGetSpan(buffer, PAGE_SIZE - 100, out Span<byte> page));
            Assert.Equal((int)PAGE_SIZE - 100, page.Length);
            Assert.True(VirtualMemory.TryGetSpan(0, 0, out Span<byte> nothing));
            Assert.True(nothing.IsEmpty);
        });
    }

    [Fact]
    public void Enumerating_runs_into_a_hole_raises()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(PAGE_SIZE);
        process.Run(() => AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => VirtualMemory.TryGetSpan(buffer, PAGE_SIZE + 1, out _)));
    }

    [Fact]
    [Proves("MDL-334")]
    public void Probing_for_read_checks_range_and_alignment_and_touches_nothing()
    {
        using var machine = new Machine();
        machine.CreateProcess("app").Run(() =>
        {
            ProbeForRead(0x50_0000, 4096, 16);
            ProbeForRead(0x50_0001, 0, 8);
            ProbeForRead(nuint.MaxValue, 0, 3);
            AssertRaises(NtStatus.STATUS_DATATYPE_MISALIGNMENT, () => ProbeForRead(0x50_0004, 8, 8));
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForRead(0x50_0000, nuint.MaxValue, 1));
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForRead(UserSpace.HighestAddress, 2, 1));
            ProbeForRead(UserSpace.HighestAddress, 1, 1);
        });
    }

    [Theory]
    [Proves("MDL-335", "MDL-336", "MDL-338")]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(4u)]
    [InlineData(8u)]
    [InlineData(16u)]
    public void Probing_for_write_also_touches_each_page(uint alignment)
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(3 * PAGE_SIZE);
        process.Write(buffer, [1, 2, 3]);
        nuint readOnly = process.Allocate(3 * PAGE_SIZE);
        process.Protect(readOnly + 2 * PAGE_SIZE, 1, PageProtection.PAGE_READONLY);
        process.Run(() =>
        {
            ProbeForWrite(buffer, 3 * PAGE_SIZE, alignment);
            Assert.Equal(0x030201, VirtualMemory.Read<int>(buffer));
            ProbeForWrite(buffer + 1, 0, alignment);
            ProbeForWrite(readOnly, 2 * PAGE_SIZE, alignment);
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForWrite(readOnly, 2 * PAGE_SIZE + 1, alignment));
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForWrite(0x50_0000, 1, alignment));
            nuint pool = Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 64, 1);
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForWrite(pool, 64, alignment));
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForRead(pool, 64, alignment));
            if (alignment > 1)
                AssertRaises(NtStatus.STATUS_DATATYPE_MISALIGNMENT, () => ProbeForWrite(buffer + 1, 64, alignment));
        });
    }

    [Fact]
    [Proves("MDL-586")]
    public void A_probe_looks_at_length_then_alignment_then_range()
    {
        using var machine = new Machine();
        machine.CreateProcess("app").Run(() =>
        {
            ProbeForRead(0, 0, 4);
            ProbeForRead(1, 0, 4);
            AssertRaises(NtStatus.STATUS_DATATYPE_MISALIGNMENT, () => ProbeForRead(1, 4, 4));
            AssertRaises(NtStatus.STATUS_ACCESS_VIOLATION, () => ProbeForRead(MemorySystem.SystemRangeStart, 1, 1));
            AssertRaises(NtStatus.STATUS_DATATYPE_MISALIGNMENT, () => ProbeForRead(MemorySystem.SystemRangeStart + 1, 4, 4));
        });
    }

    [Fact]
    [Proves("MDL-338")]
    public void Other_alignments_do_not_exist()
    {
        using var machine = new Machine();
        machine.Run(() => Assert.Throws<ArgumentOutOfRangeException>(() => ProbeForRead(0x50_0000, 1, 3)));
    }

    [Fact]
    public void Access_allocates_nothing()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(4 * PAGE_SIZE);
        process.Run(() =>
        {
            byte[] bytes = new byte[2 * PAGE_SIZE];
            Touch();
            long before = GC.GetAllocatedBytesForCurrentThread();
            Touch();
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

            void Touch()
            {
                VirtualMemory.Write(buffer + 4090, 1ul);
                VirtualMemory.CopyTo(buffer + 5, bytes);
                RtlCopyMemory(buffer, buffer + 2 * PAGE_SIZE, PAGE_SIZE + 7);
                foreach (Span<byte> run in VirtualMemory.EnumerateRuns(buffer, 4 * PAGE_SIZE))
                    run.Clear();
            }
        });
    }

    private static void AssertRaises(NtStatus status, Action action) =>
        Assert.Equal(status, Assert.Throws<NtStatusException>(action).Status);
}
