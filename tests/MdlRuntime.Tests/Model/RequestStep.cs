using FsCheck;
using FsCheck.Fluent;

namespace MdlRuntime.Tests.Model;

/// <summary>What a step of a request script does.</summary>
internal enum RequestAction
{
    Send,
    Complete,
    Cancel,
    WriteBuffer,
}

/// <summary>One step; the numbers choose among what there is at that moment.</summary>
/// <param name="Action">What to do.</param>
/// <param name="A">Chooses the request, or how it is made.</param>
/// <param name="B">Chooses what each driver does with it, three bits for each.</param>
/// <param name="C">Chooses length, status and information.</param>
/// <param name="Dares">Whether the request may be completed with a status that is not final.</param>
internal readonly record struct RequestStep(RequestAction Action, int A, int B, int C, bool Dares)
{
    private const int Daring = 40;

    private static readonly (int Weight, RequestAction Action)[] s_actions =
        [(6, RequestAction.Send), (5, RequestAction.Complete), (2, RequestAction.Cancel), (1, RequestAction.WriteBuffer)];

    public static Gen<RequestStep> Generator { get; } =
        from action in Gen.Frequency(s_actions.Select(entry => (entry.Weight, Gen.Constant(entry.Action))))
        from a in Gen.Choose(0, 1023)
        from b in Gen.Choose(0, 4095)
        from c in Gen.Choose(0, 65535)
        from dare in Gen.Choose(0, Daring - 1)
        select new RequestStep(action, a, b, c, dare == 0);

    public IEnumerable<RequestStep> Simpler()
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
