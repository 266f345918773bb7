using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>The five origins of an MDL, each from its first routine to its last: legal, and without a trace.</summary>
public sealed class MdlLifeCycleTests
{
    public static TheoryData<string> Origins => ["locked", "non-paged", "partial", "pages", "device"];

    [Theory, Proves("MDL-341", "MDL-342", "MDL-343", "MDL-344", "MDL-345")]
    [MemberData(nameof(Origins))]
    public void A_life_leaves_nothing_behind(string origin)
    {
        using Machine machine = NewMachine();
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x3000, 0x80);
        using var device = new DeviceMemory(machine, 0x3000);
        process.Run(() =>
        {
            Live(origin, buffer, device.Base); // The first life may take frames for tables that stay.
            (long frames, int ptes, int blocks) = (machine.FreeFrames, machine.FreeSystemPtes, machine.System.Memory.NonPagedPool.Live.Count);

            Live(origin, buffer, device.Base);

            Assert.Equal((frames, ptes, blocks, 0), (machine.FreeFrames, machine.FreeSystemPtes, machine.System.Memory.NonPagedPool.Live.Count, process.LockedPages));
        });
        Assert.Empty(machine.Findings);
    }

    private static void Live(string origin, nuint buffer, PhysicalAddress device)
    {
        switch (origin)
        {
            case "locked":
                Mdl locked = NewLocked(buffer, 0x2000);
                Touch(locked);
                MmUnlockPages(locked);
                IoFreeMdl(locked);
                break;
            case "non-paged":
                nuint pool = ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x2000, Tag);
                Mdl nonPaged = NewMdl(pool, 0x2000);
                MmBuildMdlForNonPagedPool(nonPaged);
                Touch(nonPaged);
                IoFreeMdl(nonPaged);
                ExFreePool(pool);
                break;
            case "partial":
                Mdl source = NewLocked(buffer, 0x2000);
                Mdl target = NewMdl(buffer, 0x2000);
                for (uint at = 0; at < 0x2000; at += 0x800)
                {
                    IoBuildPartialMdl(source, target, MmGetMdlVirtualAddress(source) + at, 0x800);
                    Touch(target);
                    MmPrepareMdlForReuse(target);
                }

                IoFreeMdl(target);
                MmUnlockPages(source);
                IoFreeMdl(source);
                break;
            case "pages":
                Mdl pages = MmAllocatePagesForMdlEx(new(0), new(-1), new(0), 0x2000, MemoryCachingType.MmCached, MmAllocateFlags.None)!;
                MmUnmapLockedPages(Touch(pages), pages);
                MmFreePagesFromMdl(pages);
                ExFreePool(pages.Address);
                break;
            default:
                MmAllocateMdlForIoSpace([new(device, 0x2000)], 1, out Mdl? space);
                MmUnmapLockedPages(Touch(space!), space!);
                IoFreeMdl(space!);
                break;
        }
    }

    private static nuint Touch(Mdl mdl)
    {
        nuint system = MmGetSystemAddressForMdlSafe(mdl, Priority);
        VirtualMemory.Write(system, 0x5A);
        Assert.Equal(0x5A, VirtualMemory.Read<int>(system));
        return system;
    }
}
