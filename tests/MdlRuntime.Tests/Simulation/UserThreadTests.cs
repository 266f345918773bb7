using MdlRuntime.Simulation;
using MdlRuntime.Tests.Io;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.Tests.Io.TestDevice;

namespace MdlRuntime.Tests.Simulation;

/// <summary>Threads of a process that run user code beside everything else.</summary>
public sealed class UserThreadTests
{
    [Fact]
    public void A_thread_runs_in_its_process_in_user_mode()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(16);
        nuint pool = machine.Run(() => Executive.ExAllocatePool2(Executive.POOL_FLAG_NON_PAGED, 16, 1));
        (EProcess?, EThread?, KProcessorMode) seen = default;
        NtStatus kernelAddress = default;

        EThread thread = process.StartThread(() =>
        {
            VirtualMemory.Write(buffer, 42);
            seen = (ProcessStructure.PsGetCurrentProcess(), ProcessStructure.PsGetCurrentThread(), machine.System.Processor.Mode);
            kernelAddress = Assert.Throws<NtStatusException>(() => VirtualMemory.Read<int>(pool)).Status;
        });
        Assert.Null(seen.Item1);
        machine.RunUntilIdle();

        Assert.Equal((process.Object, thread, KProcessorMode.UserMode), seen);
        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, kernelAddress);
        process.Run(() => Assert.Equal(42, VirtualMemory.Read<int>(buffer)));
    }

    [Fact]
    public void A_thread_blocks_in_its_own_request_and_others_go_on()
    {
        Irp? pended = null;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            pended = irp;
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(16);
        IoStatusBlock result = default;
        EThread thread = test.Process.StartThread(() => result = test.Handle.Read(buffer, 16));

        test.Machine.RunUntilIdle();
        Assert.Same(thread, pended!.Thread);
        test.Process.Write(buffer, [1]);
        test.Machine.Run(() => Complete(pended!, NtStatus.STATUS_SUCCESS, 16));
        test.Machine.RunUntilIdle();

        Assert.Equal((NtStatus.STATUS_SUCCESS, 16u), (result.Status, (uint)result.Information));
    }

    [Fact]
    public void An_exception_of_user_code_comes_out_of_the_call_that_runs_the_machine()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        process.StartThread(() => process.Read(0x1000, new byte[1]));

        Assert.Equal(NtStatus.STATUS_ACCESS_VIOLATION, Assert.Throws<NtStatusException>(machine.RunUntilIdle).Status);

        machine.RunUntilIdle();
        process.Allocate(1);
    }

    [Fact]
    public void Exit_ends_threads_that_wait_and_those_that_never_ran()
    {
        using var test = new TestDevice(DeviceFlags.DO_BUFFERED_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        });
        nuint buffer = test.Process.Allocate(16);
        int returned = 0, ended = 0;
        test.Process.StartThread(() => Count(() => test.Handle.Read(buffer, 16)));
        test.Machine.RunUntilIdle();
        test.Process.StartThread(() => Count(() => test.Process.Allocate(1)));

        test.Process.Exit();

        Assert.Equal((0, 1), (returned, ended));
        test.Machine.RunUntilIdle();

        void Count(Action call)
        {
            try
            {
                call();
                returned++;
            }
            finally
            {
                ended++;
            }
        }
    }

    [Fact]
    public void A_thread_that_ends_its_process_ends_with_it()
    {
        using var machine = new Machine();
        UserProcess process = machine.CreateProcess("app");
        bool survived = false;
        process.StartThread(() =>
        {
            process.Exit();
            process.Allocate(1);
            survived = true;
        });

        machine.RunUntilIdle();

        Assert.False(survived);
        Assert.Throws<InvalidOperationException>(() => process.Allocate(1));
    }

    [Fact]
    public void Disposing_the_machine_ends_threads_that_wait()
    {
        bool ended = false;
        using (var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            IoMarkIrpPending(irp);
            return NtStatus.STATUS_PENDING;
        }))
        {
            nuint buffer = test.Process.Allocate(16);
            test.Process.StartThread(() =>
            {
                try
                {
                    test.Handle.Read(buffer, 16);
                }
                finally
                {
                    ended = true;
                }
            });
            test.Machine.RunUntilIdle();
        }

        Assert.True(ended);
    }

    [Fact, Proves("MDL-452", "MDL-165", "MDL-395")]
    public void A_thread_changes_reprotects_and_frees_the_buffer_while_the_driver_works()
    {
        var seen = new List<int>();
        nuint buffer = 0;
        using var test = new TestDevice(DeviceFlags.DO_DIRECT_IO, (_, irp) =>
        {
            nuint address = MemoryManager.MmGetSystemAddressForMdlSafe(irp.MdlAddress!, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
            for (int i = 0; i < 4; i++)
            {
                seen.Add(VirtualMemory.Read<int>(address));
                KeDelayExecutionThread(KProcessorMode.KernelMode, false, -10);
            }

            VirtualMemory.Write(address, 99);
            return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
        });
        long frames = test.Machine.FreeFrames;
        buffer = test.Process.Allocate(16);
        test.Process.StartThread(() =>
        {
            VirtualMemory.Write(buffer, 1);
            test.Process.Protect(buffer, 1, PageProtection.PAGE_NOACCESS);
            test.Process.Trim();
            test.Process.Free(buffer);
        });

        IoStatusBlock result = test.Handle.Read(buffer, 16);

        Assert.Equal([0, 1, 1, 1], seen);
        Assert.Equal((NtStatus.STATUS_SUCCESS, frames, 0), (result.Status, test.Machine.FreeFrames, test.Process.LockedPages));
    }

    [Fact, Proves("MDL-395")]
    public void A_driver_that_fetches_twice_is_caught_by_some_seed_and_one_that_copies_first_by_none()
    {
        Assert.Contains(Enumerable.Range(0, 30), seed => IsOverrun(seed, copyFirst: false));
        Assert.DoesNotContain(Enumerable.Range(0, 30), seed => IsOverrun(seed, copyFirst: true));
    }

    [Fact, Proves("MDL-395", "MDL-165")]
    public void The_same_seed_runs_the_same_race()
    {
        Assert.All(Enumerable.Range(0, 5), seed => Assert.Equal(Trace(seed), Trace(seed)));
        Assert.NotEqual(Trace(0), Trace(1));

        static List<string> Trace(int seed)
        {
            var trace = new List<string>();
            IsOverrun(seed, copyFirst: false, record => trace.Add($"{record.Time} {record.Thread} {record.Routine}"));
            return trace;
        }
    }

    [Fact, Proves("MDL-165", "MDL-452", "MDL-164")]
    public void Whatever_a_thread_does_to_its_buffer_counts_stay_right()
    {
        int total = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            using var machine = new Machine(new() { Seed = seed });
            UserProcess process = machine.CreateProcess("app");
            long frames = machine.FreeFrames;
            int ptes = machine.FreeSystemPtes, locks = 0;
            process.StartThread(() => Misbehave(process));
            process.StartThread(() => Misbehave(process));
            process.Run(() =>
            {
                var random = new Random(seed);
                for (int i = 0; i < 12; i++)
                    locks += LockOnce(process, 0x10_0000 + (nuint)random.Next(3) * 0x1000);
            });
            machine.RunUntilIdle();

            Assert.Equal(0, process.LockedPages);
            process.Exit();
            Assert.Equal((frames, ptes, 0), (machine.FreeFrames, machine.FreeSystemPtes, machine.System.Memory.PageFile.UsedSlots));
            Assert.Empty(machine.Findings);
            total += locks;
        }

        Assert.InRange(total, 10, 470);
    }

    /// <summary>A thread that pulls its memory away under everybody.</summary>
    private static void Misbehave(UserProcess process)
    {
        const nuint buffer = 0x10_0000;
        for (int i = 0; i < 10; i++)
        {
            try
            {
                process.Reserve(0x4000, buffer);
                process.Commit(buffer, 0x3000);
                VirtualMemory.Write(buffer + 0x1000, i);
                process.Protect(buffer, 0x1000, PageProtection.PAGE_READONLY);
                process.Trim();
                process.Decommit(buffer + 0x1000, 0x1000);
                process.Free(buffer);
            }
            catch (Exception exception) when (exception is NtStatusException or ArgumentException)
            {
                process.Trim();
            }
        }
    }

    private static int LockOnce(UserProcess process, nuint address)
    {
        RuntimeLibrary.ProbeForRead(address, 0x1000, 1);
        Mdl mdl = IoAllocateMdl(address, 0x1000, false, false, null)!;
        try
        {
            MemoryManager.MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoWriteAccess);
        }
        catch (NtStatusException)
        {
            IoFreeMdl(mdl);
            return 0;
        }

        nuint system = MemoryManager.MmGetSystemAddressForMdlSafe(mdl, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
        nuint frame = MemoryManager.MmGetMdlPfnArray(mdl)[0];
        VirtualMemory.Write(system, 0x1234_5678);
        Assert.Equal(frame, MemoryManager.MmGetMdlPfnArray(mdl)[0]);
        RuntimeLibrary.RtlFillMemory(system, 0x1000, 0x5A);
        Assert.Equal(0x5A5A, VirtualMemory.Read<short>(system + 0xFFE));
        MemoryManager.MmUnlockPages(mdl);
        IoFreeMdl(mdl);
        return 1;
    }

    /// <summary>A driver that checks a length in the user's buffer before it uses it, while the user changes it.</summary>
    private static bool IsOverrun(int seed, bool copyFirst, Action<TraceRecord>? trace = null)
    {
        const int allowed = 16;
        bool overrun = false;
        using var machine = new Machine(new() { Seed = seed, Trace = trace });
        machine.LoadDriver("test", (driver, _) =>
        {
            driver.MajorFunction[MajorFunction.IRP_MJ_WRITE] = (_, irp) =>
            {
                nuint buffer = MemoryManager.MmGetSystemAddressForMdlSafe(irp.MdlAddress!, MmPagePriority.NormalPagePriority | MmPagePriority.MdlMappingNoExecute);
                int length = VirtualMemory.Read<int>(buffer);
                if (length <= allowed)
                    overrun |= (copyFirst ? length : VirtualMemory.Read<int>(buffer)) > allowed;
                return Complete(irp, NtStatus.STATUS_SUCCESS, 4);
            };
            NtStatus status = IoCreateDevice(driver, null, TestDevice.Name, 0, 0, false, out DeviceObject? device);
            device!.Flags |= DeviceFlags.DO_DIRECT_IO;
            return status;
        });
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(4);
        DeviceHandle handle = process.Open(TestDevice.Name);
        process.StartThread(() =>
        {
            for (int i = 0; i < 4; i++)
            {
                VirtualMemory.Write(buffer, 1000);
                VirtualMemory.Write(buffer, allowed);
            }
        });
        for (int i = 0; i < 4; i++)
            handle.Write(buffer, 4);
        machine.RunUntilIdle();
        return overrun;
    }
}
