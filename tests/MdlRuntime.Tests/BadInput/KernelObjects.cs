using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.BadInput;

/// <summary>What a driver holds at some moment of its life: one object of every kind, and some that it should have forgotten.</summary>
internal readonly record struct KernelObjects(
    Mdl? Mdl, Mdl? Unlocked, Mdl? FreedMdl, Irp? Irp, Irp? FreedIrp, DmaAdapter? Adapter, IoWorkItem? WorkItem, KInterrupt? Interrupt, KDpc? Dpc,
    EThread? Thread, nuint Pool, MapRegisters? Registers, ScatterGatherList? List, DmaCommonBufferVector? Vector,
    DmaIommuInterfaceEx? Iommu, IommuDmaDomain? Domain, IommuDmaDevice? IommuDevice, IommuMapPhysicalAddress? IommuMemory)
{
    public static KernelObjects Make(DeviceObject device, nuint buffer, uint length, AdapterKind kind)
    {
        Mdl mdl = NewMdl(), unlocked = NewMdl(), freed = NewMdl();
        MmProbeAndLockPages(mdl, KProcessorMode.UserMode, LockOperation.IoModifyAccess);
        IoFreeMdl(freed);
        Irp irp = IoAllocateIrp(2, false)!, freedIrp = IoAllocateIrp(1, false)!;
        IoFreeIrp(freedIrp);
        DmaAdapter adapter = IoGetDmaAdapter(device, Description(kind, length), out uint _)!;
        IoConnectInterrupt(out KInterrupt? interrupt, (_, _) => true, null, 9, (Kirql)5);
        var dpc = new KDpc();
        KeInitializeDpc(dpc, (_, _, _, _) => { }, null);
        MapRegisters? registers = null;
        ScatterGatherList? list = null;
        DmaCommonBufferVector? vector = null;
        if (kind != AdapterKind.Released)
            Use();
        else
            adapter.PutDmaAdapter();
        DmaIommuInterfaceEx? iommu = null;
        IommuDmaDomain? domain = null;
        IommuDmaDevice? iommuDevice = null;
        if (IoGetIommuInterfaceEx(2, 0, out iommu) == NtStatus.STATUS_SUCCESS)
        {
            iommu!.CreateDomainEx(IommuDmaDomainType.DomainTypeTranslate, 0, null, out domain);
            iommu.CreateDevice(device, out iommuDevice);
        }

        return new(mdl, unlocked, freed, irp, freedIrp, adapter, IoAllocateWorkItem(device), interrupt, dpc,
            ProcessStructure.PsGetCurrentThread(), ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x40, tag: 1),
            registers, list, vector, iommu, domain, iommuDevice, IommuMapPhysicalAddress.FromContiguousRange(new(0x4000), 0x1000));

        void Use()
        {
            if (kind == AdapterKind.Version3)
                adapter.AllocateCommonBufferVector(default, new(uint.MaxValue), MemoryCachingType.MmCached, 0, 0, 1, 0x1000, out vector);
            KeRaiseIrql(Kirql.DISPATCH_LEVEL, out Kirql old);
            if (kind is AdapterKind.Version2 or AdapterKind.Version3)
                adapter.GetScatterGatherList(device, mdl, buffer, 0x100, (_, _, given, _) => list = given, null, writeToDevice: true);
            adapter.AllocateAdapterChannel(device, 2, (_, _, given, _) =>
            {
                registers = given;
                return kind is AdapterKind.Version2 or AdapterKind.Version3 ? IoAllocationAction.DeallocateObjectKeepRegisters : IoAllocationAction.KeepObject;
            }, null);
            KeLowerIrql(old);
        }

        Mdl NewMdl() => IoAllocateMdl(buffer, length, false, false, null)!;
    }

    private static DeviceDescription Description(AdapterKind kind, uint length) => kind switch
    {
        AdapterKind.Version3 => new() { Version = 3, Master = true, MaximumLength = length, DmaAddressWidth = 32, InterfaceType = InterfaceType.PCIBus },
        AdapterKind.Subordinate => new() { Version = 2, MaximumLength = length, DmaChannel = 1, DmaWidth = DmaWidth.Width8Bits, InterfaceType = InterfaceType.Isa },
        AdapterKind.SubordinateVersion3 => new() { Version = 3, MaximumLength = length, DmaChannel = 1, DmaRequestLine = 1, DmaWidth = DmaWidth.Width8Bits, InterfaceType = InterfaceType.Internal },
        _ => new() { Version = 2, Master = true, MaximumLength = length },
    };
}
