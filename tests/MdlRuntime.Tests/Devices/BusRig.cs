using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.Devices;

/// <summary>A block device on a bus, and a mapped buffer for it, without a driver in between.</summary>
internal sealed class BusRig : IDisposable
{
    public const uint BufferLength = 0x4000;

    private readonly DmaAdapter _adapter;
    private readonly Mdl _mdl;
    private readonly nuint _buffer;

    public BusRig(IBlockMedium medium, VerifierMode verifier = VerifierMode.Strict)
    {
        Machine = new(new() { Verifier = verifier });
        Device = new(Machine, medium);
        DeviceObject? owner = null;
        Machine.LoadDriver("Rig", (driver, _) => IoCreateDevice(driver, null, null, 0, 0, false, out owner));
        (_adapter, _buffer, _mdl) = Machine.Run(() =>
        {
            var description = new DeviceDescription
            {
                Version = 2,
                Master = true,
                ScatterGather = true,
                Dma64BitAddresses = true,
                InterfaceType = InterfaceType.PCIBus,
                MaximumLength = BufferLength,
            };
            DmaAdapter adapter = IoGetDmaAdapter(owner, description, out _)!;
            nuint buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, BufferLength, 0x67695220);
            Mdl mdl = IoAllocateMdl(buffer, BufferLength, false, false, null)!;
            MmBuildMdlForNonPagedPool(mdl);
            return (adapter, buffer, mdl);
        });
        Device.Bus = new(_adapter);
    }

    public Machine Machine { get; }

    public BlockDevice Device { get; }

    public BlockDeviceError Error => (BlockDeviceError)Device.ReadRegister(BlockDeviceRegister.Error);

    public uint Residual => Device.ReadRegister(BlockDeviceRegister.Residual);

    /// <summary>What the buffer holds now.</summary>
    public byte[] Memory
    {
        get
        {
            var bytes = new byte[BufferLength];
            Machine.Run(() => VirtualMemory.CopyTo(_buffer, bytes));
            return bytes;
        }
        set => Machine.Run(() => VirtualMemory.CopyFrom(_buffer, value));
    }

    /// <summary>Physical address of the first byte of the buffer: what no device may be given.</summary>
    public PhysicalAddress PhysicalAddress => Machine.Run(() => MmGetPhysicalAddress(_buffer));

    /// <summary>Maps a range of the buffer and writes its pieces to the descriptor table.</summary>
    public void Map(uint offset, uint length, bool writeToDevice) => Machine.Run(() =>
    {
        uint count = 0;
        for (uint done = 0; done < length;)
        {
            uint piece = length - done;
            PhysicalAddress logical = _adapter.MapTransfer(_mdl, null, MmGetMdlVirtualAddress(_mdl) + offset + done, ref piece, writeToDevice);
            Device.WriteDescriptor(count++, new(logical, piece));
            done += piece;
        }

        Device.WriteRegister(BlockDeviceRegister.DescriptorCount, count);
    });

    public void Ring(BlockDeviceCommand command, uint mediumOffset = 0)
    {
        Device.WriteRegister(BlockDeviceRegister.MediumOffsetLow, mediumOffset);
        Device.WriteRegister(BlockDeviceRegister.Doorbell, (uint)command);
    }

    public void Run(BlockDeviceCommand command, uint mediumOffset = 0)
    {
        Ring(command, mediumOffset);
        Machine.RunUntilIdle();
    }

    public void Dispose() => Machine.Dispose();
}
