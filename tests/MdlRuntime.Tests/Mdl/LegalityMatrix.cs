using MdlRuntime.Devices;
using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.Executive;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>One cell of the legality matrix: brings an MDL of two pages into a state, does one thing to it, and describes what became of it.</summary>
internal sealed class LegalityMatrix : IDisposable
{
    private const uint Length = 0x2000;

    /// <summary>A system address that nothing is mapped at.</summary>
    private static readonly nuint s_nowhere = unchecked((nuint)0xFFFF_F880_0001_0000);

    private readonly Machine _machine;
    private readonly UserProcess _process;
    private readonly DeviceMemory _device;
    private readonly nuint _buffer;
    private Mdl? _source;
    private Mdl? _target;

    private LegalityMatrix(VerifierMode mode)
    {
        _machine = NewMachine(mode, systemPtes: 256);
        _process = _machine.CreateProcess("app");
        _device = new(_machine, Length);
        _buffer = _process.Allocate(Length);
    }

    /// <summary>
    /// The state afterwards, with the page-table entries and page locks that it took or gave back and the status it returned; or the
    /// status it raised; or the stop with its first parameter where that is a number of the misuse.
    /// </summary>
    public static string Outcome(string operation, string state, VerifierMode mode)
    {
        using var matrix = new LegalityMatrix(mode);
        return matrix.Run(operation, state);
    }

    public void Dispose()
    {
        _device.Dispose();
        _machine.Dispose();
    }

    private string Run(string operation, string state)
    {
        string outcome = "";
        try
        {
            _process.Run(() =>
            {
                Mdl mdl = operation == "MmBuildMdlForNonPagedPool" && state == "U" ? NewPoolMdl() : Prepare(state);
                Assert.Equal(state, StateOf(mdl));
                Assert.Empty(_machine.Findings);
                (int ptes, int locks) = (_machine.FreeSystemPtes, Locks());
                string status = Act(operation, mdl);
                outcome = $"{StateOf(_target ?? mdl)}{Change(ptes - _machine.FreeSystemPtes, "pte")}{Change(Locks() - locks, "lock")}{status}";
                Assert.Empty(_machine.Findings);
            });
        }
        catch (NtStatusException raised)
        {
            return $"raises {(uint)raised.Status:X8}";
        }
        catch (BugCheckException stop)
        {
            bool isNumbered = stop.Code is 0xC4 or 0xDA or 0x1A or 0x4E or 0x76;
            return isNumbered ? $"{stop.Code:X2}/{stop.Parameter1:X2}" : $"{stop.Code:X2}";
        }

        return outcome;
    }

    private Mdl Prepare(string state)
    {
        Mdl mdl;
        switch (state)
        {
            case "U":
                return NewMdl(_buffer, Length);
            case "N":
                return NewNonPaged(Length);
            case "A" or "AM":
                mdl = MmAllocatePagesForMdlEx(default, new(-1), default, Length, MemoryCachingType.MmCached, MmAllocateFlags.None)!;
                break;
            case "E" or "EM":
                MmAllocateMdlForIoSpace([new(_device.Base, Length)], 1, out Mdl? ioSpace);
                mdl = ioSpace!;
                break;
            default:
                mdl = NewLocked(_buffer, Length, LockOperation.IoReadAccess);
                if (state[0] == 'P')
                {
                    _source = mdl;
                    if (state == "PS")
                        MapSystem(mdl);
                    mdl = NewPartial(mdl);
                }

                break;
        }

        if (state.EndsWith('M'))
            MapSystem(mdl);
        return mdl;
    }

    private string Act(string operation, Mdl mdl)
    {
        switch (operation)
        {
            case "MmProbeAndLockPages":
                MmProbeAndLockPages(mdl, KProcessorMode.KernelMode, LockOperation.IoReadAccess);
                return "";
            case "MmBuildMdlForNonPagedPool":
                MmBuildMdlForNonPagedPool(mdl);
                return "";
            case "MmUnlockPages":
                MmUnlockPages(mdl);
                return "";
            case "Map KernelMode":
                MapSystem(mdl);
                return "";
            case "Map UserMode":
                return MapUser(mdl) < MemorySystem.SystemRangeStart ? ", view" : ", no view";
            case "MmGetSystemAddressForMdlSafe":
                return MmGetSystemAddressForMdlSafe(mdl, Priority) == mdl.MappedSystemVa ? "" : ", other address";
            case "MmUnmapLockedPages":
                MmUnmapLockedPages((mdl.MdlFlags & (Mapped | NonPaged)) != 0 ? mdl.MappedSystemVa : s_nowhere, mdl);
                return "";
            case "MmPrepareMdlForReuse":
                MmPrepareMdlForReuse(mdl);
                return "";
            case "IoBuildPartialMdl as source":
                _target = NewMdl(MmGetMdlVirtualAddress(mdl), Length);
                IoBuildPartialMdl(mdl, _target, MmGetMdlVirtualAddress(mdl), 0);
                return "";
            case "IoBuildPartialMdl as target":
                IoBuildPartialMdl(_source ?? NewPartialSource(), mdl, _buffer, 0);
                return "";
            case "MmProtectMdlSystemAddress":
                return Status(MmProtectMdlSystemAddress(mdl, PageProtection.PAGE_READONLY));
            case "MmAdvanceMdl":
                return Status(MmAdvanceMdl(mdl, 0x1000));
            case "MmFreePagesFromMdl":
                MmFreePagesFromMdl(mdl);
                return "";
            default:
                IoFreeMdl(mdl);
                return "";
        }
    }

    /// <summary>State U where building is legal.</summary>
    private static Mdl NewPoolMdl() => NewMdl(ExAllocatePool2(POOL_FLAG_NON_PAGED, Length, Tag), Length);

    /// <summary>A locked MDL over the same buffer whose own locks do not count.</summary>
    private Mdl NewPartialSource()
    {
        nuint other = ExAllocatePool2(POOL_FLAG_NON_PAGED, Length, Tag);
        Mdl source = NewMdl(_buffer, Length);
        MmGetMdlPfnArray(source)[0] = (nuint)(MmGetPhysicalAddress(other).QuadPart >> 12);
        MmGetMdlPfnArray(source)[1] = (nuint)(MmGetPhysicalAddress(other + 0x1000).QuadPart >> 12);
        source.MdlFlags |= Locked;
        return source;
    }

    private string StateOf(Mdl mdl)
    {
        bool isFreed = mdl.IsFreed || !_machine.System.Memory.NonPagedPool.TryGetBlock(mdl.Address, out _);
        const MdlFlags states = Mapped | Locked | NonPaged | Partial | PartialMapped | MdlFlags.MDL_IO_SPACE;
        string kind = mdl.IsPageAllocation ? "A" : "L";
        return isFreed ? "freed" : (mdl.Flags & states) switch
        {
            0 => mdl.IsPageAllocation ? "A without pages" : "U",
            Locked => kind,
            Locked | Mapped => kind + "M",
            NonPaged => "N",
            Partial => "P",
            Partial | Mapped => "PS",
            Partial | Mapped | PartialMapped => "PM",
            Partial | NonPaged => "PN",
            Partial | MdlFlags.MDL_IO_SPACE => "P of E",
            Partial | MdlFlags.MDL_IO_SPACE | Mapped => "PS of E",
            Locked | MdlFlags.MDL_IO_SPACE => "E",
            Locked | MdlFlags.MDL_IO_SPACE | Mapped => "EM",
            var flags => $"0x{(int)flags:X2}",
        };
    }

    /// <summary>Locks that MDLs hold on the buffer's pages.</summary>
    private int Locks()
    {
        int locks = 0;
        for (nuint page = _buffer; page < _buffer + Length; page += 0x1000)
            locks += LockCount(_machine, (nuint)(MmGetPhysicalAddress(page).QuadPart >> 12));
        return locks;
    }

    private static string Status(NtStatus status) => status switch
    {
        NtStatus.STATUS_SUCCESS => "",
        NtStatus.STATUS_NOT_MAPPED_VIEW => ", NOT_MAPPED",
        _ => $", {status}",
    };

    private static string Change(int amount, string what) => amount == 0 ? "" : $" {(amount > 0 ? "+" : "")}{amount} {what}";
}
