using FsCheck;
using FsCheck.Fluent;

namespace MdlRuntime.Tests.Model;

/// <summary>What a step of a memory script does.</summary>
internal enum MemoryAction
{
    AllocateUserMemory,
    FreeUserMemory,
    ShareUserMemory,
    TrimProcess,
    ProtectUserMemory,
    WriteUserMemory,
    AllocateMdl,
    AllocatePoolMdl,
    BuildForNonPagedPool,
    Lock,
    LockInProcess,
    Unlock,
    MapSystem,
    GetSystemAddress,
    UnmapSystem,
    WriteSystemAddress,
    MapUser,
    UnmapUser,
    WriteView,
    ProtectMapping,
    Reserve,
    MapReserved,
    UnmapReserved,
    FreeReservation,
    AllocatePages,
    FreePages,
    Advance,
    BuildPartial,
    PrepareForReuse,
    FreeMdl,
    Link,
    ExitProcess,
}

/// <summary>One step: the numbers choose among what there is at that moment, so that every script means something, shortened ones too.</summary>
/// <param name="Action">What to do.</param>
/// <param name="A">Chooses the object.</param>
/// <param name="B">Chooses the variant.</param>
/// <param name="C">Chooses the place.</param>
/// <param name="Dares">Whether an object may be chosen for which the action is misuse.</param>
internal readonly record struct MemoryStep(MemoryAction Action, int A, int B, int C, bool Dares)
{
    /// <summary>One step in so many may be misuse.</summary>
    private const int Daring = 60;

    private static readonly (int Weight, MemoryAction Action)[] s_actions =
    [
        (6, MemoryAction.AllocateUserMemory), (3, MemoryAction.FreeUserMemory),
        (3, MemoryAction.ShareUserMemory), (3, MemoryAction.TrimProcess), (4, MemoryAction.ProtectUserMemory), (8, MemoryAction.WriteUserMemory),
        (10, MemoryAction.AllocateMdl), (3, MemoryAction.AllocatePoolMdl), (3, MemoryAction.BuildForNonPagedPool),
        (12, MemoryAction.Lock), (4, MemoryAction.LockInProcess), (7, MemoryAction.Unlock),
        (6, MemoryAction.MapSystem), (8, MemoryAction.GetSystemAddress), (4, MemoryAction.UnmapSystem), (8, MemoryAction.WriteSystemAddress),
        (6, MemoryAction.MapUser), (4, MemoryAction.UnmapUser), (5, MemoryAction.WriteView),
        (3, MemoryAction.ProtectMapping), (2, MemoryAction.Reserve), (4, MemoryAction.MapReserved), (3, MemoryAction.UnmapReserved), (1, MemoryAction.FreeReservation),
        (3, MemoryAction.AllocatePages), (3, MemoryAction.FreePages), (4, MemoryAction.Advance),
        (7, MemoryAction.BuildPartial), (4, MemoryAction.PrepareForReuse), (7, MemoryAction.FreeMdl), (2, MemoryAction.Link), (1, MemoryAction.ExitProcess),
    ];

    public static Gen<MemoryStep> Generator { get; } =
        from action in Gen.Frequency(s_actions.Select(entry => (entry.Weight, Gen.Constant(entry.Action))))
        from a in Gen.Choose(0, 255)
        from b in Gen.Choose(0, 255)
        from c in Gen.Choose(0, 511)
        from dare in Gen.Choose(0, Daring - 1)
        select new MemoryStep(action, a, b, c, dare == 0);

    public IEnumerable<MemoryStep> Simpler()
    {
        if (Dares)
            yield return this with { Dares = false };
        if (A != 0)
            yield return this with { A = 0 };
        if (B != 0)
            yield return this with { B = 0 };
        if (C != 0)
            yield return this with { C = 0 };
    }

    public override string ToString() => $"{Action}({A}, {B}, {C}{(Dares ? ", dares" : "")})";
}
