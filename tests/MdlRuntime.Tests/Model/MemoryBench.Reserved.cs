using MdlRuntime.Verification;
using static MdlRuntime.MemoryManager;

namespace MdlRuntime.Tests.Model;

internal sealed partial class MemoryBench
{
    private const uint PteMisuse = 0xDA;
    private const int MaximalReservations = 2;

    private bool Reserve(MemoryStep step)
    {
        if (_reservations.Count == MaximalReservations)
            return false;

        int pages = 1 + step.B % 3;
        uint tag = Tag + 2 * (uint)(step.A % 4);
        nuint address = _machine.Run(() => MmAllocateMappingAddress((nuint)pages * 4096 - (nuint)step.C, tag));
        if (pages == 1)
            Assert.Equal(_freePtes == 0, address == 0);
        if (address == 0)
            return true;

        _freePtes -= pages;
        _reservations.Add(new(address, pages, tag));
        return true;
    }

    /// <summary>Needs no PTEs, so that only room can lack; the stored address has no offset, the returned one has.</summary>
    private bool MapReserved(MemoryStep step)
    {
        if (Choose(_reservations.Where(candidate => candidate.Mapped is null || step.Dares), step.B) is not { } reservation
            || Choose(_mdls.Where(IsMappable), step.A) is not { } mdl)
        {
            return false;
        }

        bool hasRoom = mdl.Pages!.Count <= reservation.Pages;
        uint tag = reservation.Tag;
        Outcome outcome = Outcome.Done;
        if (reservation.Mapped is not null && hasRoom)
            outcome = Outcome.Stops(PteMisuse, 0x107);
        else if (step.Dares)
            (tag, outcome) = (tag + 0x100, Outcome.Stops(PteMisuse, 0x104));
        nuint start = reservation.Address + (step.C % 4 == 0 ? 4u : 0), address = 0;
        if (!Expect(outcome, () => address = _machine.Run(() => MmMapLockedPagesWithReservedMapping(start, tag, mdl.Real, MemoryCachingType.MmCached))))
            return true;

        Assert.Equal(hasRoom ? reservation.Address + (mdl.Address & 0xFFF) : 0, address);
        if (!hasRoom)
            return true;

        (reservation.Mapped, mdl.Reservation) = (mdl, reservation);
        mdl.Mapping = new(null, reservation.Address, mdl.Pages);
        mdl.SystemAddress = reservation.Address;
        mdl.Flags |= Mapped | (mdl.Has(Partial) ? PartialMapped : 0);
        return true;
    }

    private bool UnmapReserved(MemoryStep step)
    {
        if (Choose(_reservations.Where(candidate => candidate.Mapped is { Dependents: 0 }), step.A) is not { Mapped: { } mdl } reservation)
            return false;

        if (step.Dares)
            Expect(Outcome.Stops(PteMisuse, 0x108), () => Unmap(reservation, mdl, reservation.Tag + 0x100));
        else
            Unmap(reservation, mdl, reservation.Tag);
        return true;
    }

    private void Unmap(ReservationModel reservation, MdlModel mdl, uint tag)
    {
        _machine.Run(() => MmUnmapReservedMapping(reservation.Address, tag, mdl.Real));
        (reservation.Mapped, mdl.Reservation, mdl.Mapping) = (null, null, null);
        mdl.Flags &= ~(Mapped | PartialMapped);
    }

    private bool FreeReservation(MemoryStep step)
    {
        if (Choose(_reservations.Where(candidate => candidate.Mapped is null || step.Dares), step.A) is not { } reservation)
            return false;

        if (reservation.Mapped is not null)
            Expect(Outcome.Stops(PteMisuse, 0x103), () => Free(reservation, reservation.Tag));
        else if (step.Dares)
            Expect(Outcome.Stops(PteMisuse, 0x101), () => Free(reservation, reservation.Tag + 0x100));
        else
            Free(reservation, reservation.Tag);
        return true;
    }

    private void Free(ReservationModel reservation, uint tag)
    {
        _machine.Run(() => MmFreeMappingAddress(reservation.Address, tag));
        _freePtes += reservation.Pages;
        _reservations.Remove(reservation);
    }

    /// <summary>Only a mapping of its own can be protected; other aliases of the pages do not notice.</summary>
    private bool ProtectMapping(MemoryStep step)
    {
        if (Choose(_mdls.Where(mdl => mdl.Mapping is not null || !mdl.Has(Mapped)), step.A) is not { } mdl)
            return false;

        PageProtection protection = (step.B % 8) switch
        {
            0 => PageProtection.PAGE_READONLY,
            1 => PageProtection.PAGE_NOACCESS,
            2 => PageProtection.PAGE_WRITECOPY,
            _ => PageProtection.PAGE_READWRITE,
        };
        NtStatus expected = mdl.Mapping is null ? NtStatus.STATUS_NOT_MAPPED_VIEW
            : protection == PageProtection.PAGE_WRITECOPY ? NtStatus.STATUS_INVALID_PAGE_PROTECTION
            : NtStatus.STATUS_SUCCESS;
        Assert.Equal(expected, _machine.Run(() => MmProtectMdlSystemAddress(mdl.Real, protection)));
        if (expected != NtStatus.STATUS_SUCCESS)
        {
            Refused++;
            return true;
        }

        mdl.Mapping!.IsWritable = protection == PageProtection.PAGE_READWRITE;
        mdl.Mapping.IsAccessible = protection != PageProtection.PAGE_NOACCESS;
        return true;
    }
}
