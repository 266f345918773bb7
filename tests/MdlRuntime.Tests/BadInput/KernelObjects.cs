using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.BadInput;

/// <summary>What a driver holds at some moment of its life: one object of every kind, and some that it should have forgotten.</summary>
internal readonly record struct KernelObjects(
    Mdl? Mdl, Mdl? Unlocked, Mdl? FreedMdl, Irp? Irp, Irp? FreedIrp, DmaAdapter? Adapter, IoWorkItem? WorkItem, KInterrupt? Interrupt, KDpc? Dpc,
    EThread? Thread, nuint Pool)
{
    public static KernelObjects Make(DeviceObject device, nuint buffer, uint length)
    {
        Mdl mdl = NewMdl(), unlocked = NewMdl(), freed = NewMdl();
        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoModifyAccess);
        IoFreeMdl(freed);
        Irp irp = IoAllocateIrp(2, false)!, freedIrp = IoAllocateIrp(1, false)!;
        IoFreeIrp(freedIrp);
        DmaAdapter adapter = IoGetDmaAdapter(device, new() { Version = 2, Master = true, MaximumLength = length }, out uint _)!;
        IoConnectInterrupt(out KInterrupt? interrupt, (_, _) => true, null, 9, (Kirql)5);
        var dpc = new KDpc();
        KeInitializeDpc(dpc, (_, _, _, _) => { }, null);
        return new(mdl, unlocked, freed, irp, freedIrp, adapter, IoAllocateWorkItem(device), interrupt, dpc,
            ProcessStructure.PsGetCurrentThread(), ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, tag: 1));

        Mdl NewMdl() => IoAllocateMdl(buffer, length, false, false, null)!;
    }
}
