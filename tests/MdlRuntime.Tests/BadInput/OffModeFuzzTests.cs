using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.KernelCore;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.RuntimeLibrary;

namespace MdlRuntime.Tests.BadInput;

/// <summary>Without a verifier damage happens, but inside the simulated memory only.</summary>
public sealed class OffModeFuzzTests
{
    private const int Machines = 24, Sequences = 100, Calls = 60;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Machines)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_calls_of_a_broken_driver_leave_the_host_and_its_frames_alone(int seed)
    {
        for (int sequence = 0; sequence < Sequences; sequence++)
        {
            using var driver = new BrokenDriver(1000 * seed + sequence);

            driver.MakeCalls(Calls);

            Assert.True(driver.Surprises.Count == 0, string.Join(Environment.NewLine, driver.Surprises));
            Assert.InRange(driver.Machine.FreeFrames, 0, driver.StartFrames);
        }
    }

    /// <summary>Calls what it likes in an order of its own, on what it holds, has freed or has written over.</summary>
    private sealed class BrokenDriver : IDisposable
    {
        private readonly Random _random;
        private readonly UserProcess _process;
        private readonly DeviceObject _device;
        private readonly List<Mdl> _mdls = [];
        private readonly List<nuint> _addresses = [0, 1, 0x7FFF_F000, nuint.MaxValue - 0x17];
        private readonly List<DmaAdapter> _adapters = [];
        private readonly List<MapRegisters?> _registers = [null];
        private readonly List<ScatterGatherList> _lists = [];
        private readonly List<PhysicalAddress> _logical = [default, new(-1), new(0x5000)];
        private readonly Action[] _calls;

        public BrokenDriver(int seed)
        {
            _random = new(seed);
            Machine = new(new()
            {
                Seed = seed,
                MemoryBytes = 1 << 20,
                SystemPtes = 32,
                MapRegisters = 4,
                Verifier = VerifierMode.Off,
                Frames = (FramePolicy)_random.Next(4),
                LogicalEqualsPhysical = seed % 2 == 0,
            });
            StartFrames = Machine.FreeFrames;
            _device = Machine.Plug(Machine.LoadDriver("broken", (driver, _) =>
            {
                driver.AddDevice = (_, _) => NtStatus.STATUS_SUCCESS;
                return NtStatus.STATUS_SUCCESS;
            }));
            _process = Machine.CreateProcess("app");
            _addresses.Add(_process.Allocate(0x5000, 0x10));
            _addresses.Add(_process.Allocate(0x2000, 0xF00, PageProtection.PAGE_READONLY));
            _calls = [.. MdlCalls(), .. MappingCalls(), .. DmaCalls(), .. Damage()];
        }

        public Machine Machine { get; }

        public long StartFrames { get; }

        public List<string> Surprises { get; } = [];

        private nuint Address => Pick(_addresses) + Offset;

        private nuint Offset => _random.Next(3) == 0 ? 0 : (nuint)_random.Next(0x2000);

        private uint Length => _random.Next(8) switch { 0 => 0, 1 => uint.MaxValue, 2 => 0x1000, _ => (uint)_random.Next(0x6000) };

        private Mdl Mdl => Pick(_mdls);

        private bool Coin => _random.Next(2) == 0;

        public void MakeCalls(int count)
        {
            for (int i = 0; i < count; i++)
            {
                int call = _random.Next(_calls.Length);
                try
                {
                    _process.Run(() => AtSomeIrql(_calls[call]));
                }
                catch (BugCheckException)
                {
                    return;
                }
                catch (Exception exception) when (IsAnswer(exception))
                {
                }
                catch (Exception exception)
                {
                    Surprises.Add($"call {i}, number {call}: {exception}");
                }
            }
        }

        public void Dispose() => Machine.Dispose();

        private static bool IsAnswer(Exception exception) =>
            exception is NtStatusException or NotModelledException or InvalidOperationException or BusFaultException
            || exception is ArgumentException { ParamName: not null and not "index" };

        private void AtSomeIrql(Action call)
        {
            Kirql old = Kirql.PASSIVE_LEVEL;
            bool isRaised = Coin;
            if (isRaised)
                KeRaiseIrql(Kirql.DISPATCH_LEVEL, out old);
            try
            {
                call();
            }
            finally
            {
                if (isRaised)
                    KeLowerIrql(old);
            }
        }

        private Action[] MdlCalls() =>
        [
            NewMdl, NewMdl, NewMdl,
            () => _mdls.Add(Mdl.At(ExAllocatePool2(POOL_FLAG_NON_PAGED, 0x100, 1))),
            () => MmInitializeMdl(Mdl, Address, Length),
            () => IoFreeMdl(Mdl),
            () => MmProbeAndLockPages(Mdl, Coin ? KProcessorMode.UserMode : KProcessorMode.KernelMode, (LockOperation)_random.Next(3)),
            () => MmProbeAndLockPages(Mdl, KProcessorMode.UserMode, LockOperation.IoReadAccess),
            () => MmUnlockPages(Mdl),
            () => MmBuildMdlForNonPagedPool(Mdl),
            () => IoBuildPartialMdl(Mdl, Mdl, MmGetMdlVirtualAddress(Mdl) + Offset, Length),
            () => MmPrepareMdlForReuse(Mdl),
            () => Mdl.Next = Coin ? Mdl : null,
            () => _addresses.Add(ExAllocatePool2(Coin ? POOL_FLAG_NON_PAGED : POOL_FLAG_PAGED, Length, 1)),
            () => ExFreePool(Pick(_addresses)),
            () => KeFlushIoBuffers(Mdl, Coin, Coin),
            () => _ = MmGetPhysicalAddress(Address),
            () => _ = MmIsAddressValid(Address),
            NewPages,
            () => MmFreePagesFromMdl(Mdl),
            () => MmAdvanceMdl(Mdl, Length),
            () => _addresses.Add(MmAllocateContiguousMemory(Length % 0x8000, new(Coin ? -1 : 0x8_0000))),
            () => MmFreeContiguousMemory(Pick(_addresses)),
            () => MmCopyMemory(Address, Address, Length, (MmCopyFlags)_random.Next(4), out _),
            () => _addresses.Add(MmMapIoSpace(new(0xE000_0000 + _random.Next(0x4000)), Length, (MemoryCachingType)_random.Next(-1, 7))),
            () => _addresses.Add(MmMapIoSpace(new(_random.Next(0x10_0000)), Length, MemoryCachingType.MmCached)),
            () => MmUnmapIoSpace(Pick(_addresses), Length),
        ];

        private Action[] MappingCalls() =>
        [
            () => _addresses.Add(MmGetSystemAddressForMdlSafe(Mdl, MmPagePriority.NormalPagePriority)),
            () => _addresses.Add(MmMapLockedPagesSpecifyCache(Mdl, Coin ? KProcessorMode.UserMode : KProcessorMode.KernelMode, (MemoryCachingType)_random.Next(-1, 7),
                Coin ? 0 : Address, bugCheckOnFailure: false, (MmPagePriority)(_random.Next(3) * 16))),
            () => MmUnmapLockedPages(Coin ? Mdl.MappedSystemVa : Address, Mdl),
            () => RtlFillMemory(Address, Length, 0xEE),
            () => RtlCopyMemory(Address, Address, Length),
            () => VirtualMemory.Write(Address, _random.NextInt64()),
            () => VirtualMemory.Read<long>(Address),
            () => _process.Free(Pick(_addresses)),
            () => _addresses.Add(_process.Allocate(Length, Length % 0x1000)),
            () => _process.Protect(Address, Length, Coin ? PageProtection.PAGE_NOACCESS : PageProtection.PAGE_READWRITE),
        ];

        private Action[] DmaCalls() =>
        [
            NewAdapter,
            () => Pick(_adapters).PutDmaAdapter(),
            () => Pick(_adapters).AllocateAdapterChannel(_device, (uint)_random.Next(6), KeepRegisters, null),
            () => Pick(_adapters).FreeAdapterChannel(),
            () => Pick(_adapters).FreeMapRegisters(Pick(_registers), (uint)_random.Next(6)),
            MapTransfer, MapTransfer,
            () => Pick(_adapters).FlushAdapterBuffers(Mdl, Pick(_registers), MmGetMdlVirtualAddress(Mdl) + Offset, Length, Coin),
            () => Pick(_adapters).GetScatterGatherList(_device, Mdl, MmGetMdlVirtualAddress(Mdl) + Offset, Length, KeepList, null, Coin),
            () => Pick(_adapters).GetScatterGatherList(_device, Mdl, MmGetMdlVirtualAddress(Mdl), MmGetMdlByteCount(Mdl), KeepList, null, Coin),
            () => Pick(_adapters).PutScatterGatherList(Pick(_lists), Coin),
            () => Pick(_adapters).CalculateScatterGatherList(Mdl, Address, Length, out _, out _),
            () => new BusPort(Pick(_adapters)).Write(Pick(_logical), new byte[_random.Next(0x2000)]),
            () => new BusPort(Pick(_adapters)).Read(Pick(_logical), new byte[_random.Next(0x2000)]),
        ];

        /// <summary>What a wild pointer does to the structures themselves.</summary>
        private Action[] Damage() =>
        [
            () => Mdl.MdlFlags = (MdlFlags)_random.Next(0x10000),
            () => Mdl.MdlFlags ^= (MdlFlags)(1 << _random.Next(16)),
            () => MmGetMdlPfnArray(Mdl).Fill(Coin ? (nuint)_random.NextInt64() : (nuint)_random.Next(300)),
            () => VirtualMemory.Write(Mdl.Address + (nuint)(8 * _random.Next(8)), Coin ? _random.NextInt64() : _random.Next(0x2000)),
            () => VirtualMemory.Write(Mdl.Address + 0x28, _random.Next()),
            () => RtlFillMemory(Mdl.Address, 0x40, (byte)_random.Next(256)),
        ];

        private void NewMdl()
        {
            if (IoAllocateMdl(Address, Length, secondaryBuffer: false, chargeQuota: false, irp: null) is { } mdl)
                _mdls.Add(mdl);
        }

        private void NewPages()
        {
            var flags = (MmAllocateFlags)_random.Next(0x40);
            if (MmAllocatePagesForMdlEx(new(Coin ? 0 : _random.Next(0x10_0000)), new(Coin ? -1 : _random.Next(0x10_0000)), new(Coin ? 0 : 0x2000),
                Length % 0x10000, MemoryCachingType.MmCached, flags) is { } mdl)
            {
                _mdls.Add(mdl);
                _addresses.Add(mdl.Address);
            }

            if (MmAllocateMdlForIoSpace([new(new(0xE000_0000), 0x1000u * (uint)_random.Next(4))], 1, out Mdl? space) == NtStatus.STATUS_SUCCESS)
                _mdls.Add(space!);
        }

        private void NewAdapter()
        {
            var description = new DeviceDescription
            {
                Version = 2,
                Master = true,
                ScatterGather = Coin,
                Dma64BitAddresses = Coin,
                MaximumLength = Length,
                InterfaceType = Coin ? InterfaceType.PCIBus : InterfaceType.Isa,
            };
            if (IoGetDmaAdapter(_device, description, out uint _) is { } adapter)
                _adapters.Add(adapter);
        }

        private IoAllocationAction KeepRegisters(DeviceObject device, Irp? irp, MapRegisters? registers, object? context)
        {
            _registers.Add(registers);
            return (IoAllocationAction)_random.Next(1, 4);
        }

        private void KeepList(DeviceObject device, Irp? irp, ScatterGatherList list, object? context)
        {
            _lists.Add(list);
            foreach (ScatterGatherElement element in list.Elements)
                _logical.Add(element.Address);
        }

        private void MapTransfer()
        {
            uint length = Length;
            _logical.Add(Pick(_adapters).MapTransfer(Mdl, Pick(_registers), MmGetMdlVirtualAddress(Mdl) + Offset, ref length, Coin));
        }

        private T Pick<T>(List<T> list) => list.Count > 0 ? list[_random.Next(list.Count)] : throw new InvalidOperationException("nothing to pick from yet");
    }
}
