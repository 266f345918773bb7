using MdlRuntime.Simulation;
using static MdlRuntime.IoManager;

namespace MdlRuntime.Tests.Scenarios;

/// <summary>End-to-end scenarios. Each returns the status that the caller saw; what must hold of a success it asserts itself.</summary>
internal static class Stories
{
    private const string Irps = "Io!IoAllocateIrp 1, Io!IoAllocateIrp 2", Buffer = ", Io!IoAllocateMdl 1, Io!MmProbeAndLockPages 1", Mapping = "MmGetSystemAddressForMdlSafe 1, ";

    /// <summary>By name: the story, the status it ends with when nothing fails, and the calls that can fail in it.</summary>
    public static IReadOnlyDictionary<string, (Func<StoryRig, NtStatus> Tell, NtStatus Ending, string Failable)> All { get; } =
        new Dictionary<string, (Func<StoryRig, NtStatus>, NtStatus, string)>
    {
        ["a read across a page border"] = (ReadAcrossPageBorder, NtStatus.STATUS_SUCCESS, Mapping + Irps + Buffer),
        ["an empty read from a null pointer"] = (EmptyRead, NtStatus.STATUS_SUCCESS, Irps),
        ["a read into read-only memory"] = (ReadIntoReadOnlyMemory, NtStatus.STATUS_ACCESS_VIOLATION, "Io!IoAllocateIrp 1"),
        ["a write from read-only memory"] = (WriteFromReadOnlyMemory, NtStatus.STATUS_SUCCESS, Mapping + Irps + Buffer),
        ["a buffer freed by another thread"] = (BufferFreedByAnotherThread, NtStatus.STATUS_SUCCESS, Mapping + Irps + Buffer),
        ["two overlapping reads into one buffer"] = (OverlappingReads, NtStatus.STATUS_SUCCESS, "MmGetSystemAddressForMdlSafe 1, MmGetSystemAddressForMdlSafe 2, Io!IoAllocateIrp 1, Io!IoAllocateIrp 2, Io!IoAllocateIrp 3, "
            + "Io!IoAllocateMdl 1, Io!IoAllocateMdl 2, Io!MmProbeAndLockPages 1, Io!MmProbeAndLockPages 2"),
        ["a process that exits while the driver works"] = (ExitWhilePending, NtStatus.STATUS_SUCCESS, Irps + Buffer),
    };

    private static NtStatus ReadAcrossPageBorder(StoryRig rig)
    {
        nuint buffer = rig.Process.Allocate(0x1800, pageOffset: 0xFFB);
        NtStatus status = WithHandle(rig, handle =>
        {
            IoStatusBlock result = handle.Read(buffer, 10);
            if (result.Status == NtStatus.STATUS_SUCCESS)
            {
                Assert.Equal((nuint)10, result.Information);
                Assert.Equal((0xFFBu, 10u, 2u, 0xFFBu), rig.Seen);
                Assert.Equal("01234"u8, rig.ReadUser(buffer, 5));
                Assert.Equal("56789"u8, rig.ReadUser(buffer + 5, 5));
            }

            return result.Status;
        });
        rig.Process.Free(buffer - 0xFFB);
        return status;
    }

    private static NtStatus EmptyRead(StoryRig rig) => WithHandle(rig, handle =>
    {
        nuint block = rig.Process.Allocate(16);
        rig.Process.Write(block, [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF]);
        IoStatusBlock result = handle.Read(0, 0, 0, block);
        if (result.Status == NtStatus.STATUS_SUCCESS)
        {
            Assert.Equal((1, false, 0u), (rig.Calls, rig.SawMdl, rig.SeenLength));
            Assert.Equal(new byte[16], rig.ReadUser(block, 16));
        }

        rig.Process.Free(block);
        return result.Status;
    });

    private static NtStatus ReadIntoReadOnlyMemory(StoryRig rig)
    {
        nuint buffer = rig.Process.Allocate(16, protection: PageProtection.PAGE_READONLY);
        NtStatus status = WithHandle(rig, handle => handle.Read(buffer, 16).Status);
        Assert.Equal(0, rig.Calls);
        rig.Process.Free(buffer);
        return status;
    }

    private static NtStatus WriteFromReadOnlyMemory(StoryRig rig)
    {
        nuint buffer = rig.Process.Allocate(16);
        rig.Process.Write(buffer, "to the device"u8);
        rig.Process.Protect(buffer, 16, PageProtection.PAGE_READONLY);
        NtStatus status = WithHandle(rig, handle =>
        {
            IoStatusBlock result = handle.Write(buffer, 13);
            if (result.Status == NtStatus.STATUS_SUCCESS)
                Assert.Equal("to the device"u8, rig.Written);
            return result.Status;
        });
        rig.Process.Free(buffer);
        return status;
    }

    private static NtStatus BufferFreedByAnotherThread(StoryRig rig)
    {
        rig.Pends = true;
        return WithHandle(rig, handle =>
        {
            nuint buffer = rig.Process.Allocate(0x2000);
            Task<IoStatusBlock> read = handle.ReadAsync(buffer, 0x1800);
            bool isLocked = rig.Process.LockedPages == 2;
            rig.Process.StartThread(() => rig.Process.Free(buffer));
            rig.Machine.RunUntilIdle();
            Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(() => rig.ReadUser(buffer, 1)).Status);
            Assert.Equal(isLocked ? 2 : 0, rig.Process.LockedPages);
            rig.CompleteOldest();
            return ResultOf(rig, read);
        });
    }

    private static NtStatus OverlappingReads(StoryRig rig)
    {
        nuint buffer = rig.Process.Allocate(0x1000);
        rig.Pends = true;
        NtStatus status = WithHandle(rig, handle =>
        {
            Task<IoStatusBlock> first = handle.ReadAsync(buffer, 16), second = handle.ReadAsync(buffer + 8, 16);
            int locks = rig.Pending.Count;
            Assert.Equal(locks, rig.Process.LockedPages);
            rig.CompleteOldest();
            Assert.Equal(Math.Max(0, locks - 1), rig.Process.LockedPages);
            rig.CompleteOldest();
            Assert.Equal(0, rig.Process.LockedPages);
            NtStatus one = ResultOf(rig, first), other = ResultOf(rig, second);
            return one == NtStatus.STATUS_SUCCESS ? other : one;
        });
        rig.Process.Free(buffer);
        return status;
    }

    /// <summary>The requests of the process are cancelled when it exits; the driver's cancel routine ends this one.</summary>
    private static NtStatus ExitWhilePending(StoryRig rig)
    {
        nuint buffer = rig.Process.Allocate(0x1000);
        rig.Pends = true;
        DeviceHandle? handle = rig.Open(out NtStatus status);
        Task<IoStatusBlock>? read = handle?.ReadAsync(buffer, 16);
        rig.Machine.RunUntilIdle();
        if (read is { IsCompleted: true })
            status = ResultOf(rig, read);
        Assert.Equal(rig.Pending.Count, rig.Process.LockedPages);
        rig.Process.Exit();
        Assert.Empty(rig.Pending);
        return status;
    }

    private static NtStatus WithHandle(StoryRig rig, Func<DeviceHandle, NtStatus> use)
    {
        if (rig.Open(out NtStatus status) is not { } handle)
            return status;
        using (handle)
            status = use(handle);
        rig.Machine.RunUntilIdle();
        return status;
    }

    private static NtStatus ResultOf(StoryRig rig, Task<IoStatusBlock> request)
    {
        rig.Machine.RunUntilIdle();
        Assert.True(request.IsCompleted, "the request is still in progress");
        return request.GetAwaiter().GetResult().Status;
    }
}
