using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Tests.Twin;

/// <summary>A routine of the corpus: what its author says about it, what the rules report, and the compiled code.</summary>
internal sealed record Entry(Type Type, IReadOnlyList<Diagnostic> Diagnostics)
{
    public string Name => Type.Name;

    public DefectAttribute? Defect => Type.GetCustomAttribute<DefectAttribute>();

    public bool IsForOldTargets => Type.GetCustomAttribute<CleanAttribute>() is { IsForOldTargets: true };

    public IReadOnlyList<string> Declared => Defect?.Ids ?? [];

    public IReadOnlyList<string> Reported => [.. Diagnostics.Select(static d => d.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>What is reported, in words.</summary>
    public string Messages => string.Join("; ", Diagnostics.Select(static d =>
        $"{d.Id} line {d.Location.GetLineSpan().StartLinePosition.Line + 1}: {d.GetMessage(CultureInfo.InvariantCulture)}"));

    public static bool IsEntry(Type type) => type.IsDefined(typeof(DefectAttribute)) || type.IsDefined(typeof(CleanAttribute));

    /// <summary>Runs it with every setting of the knobs and returns where it goes wrong, with what.</summary>
    public IReadOnlyList<(Cell? Cell, string Symptom)> Run() => Run(isVerified: !IsForOldTargets);

    /// <summary>Runs it with every setting of the knobs on a machine that is verified or is not.</summary>
    public IReadOnlyList<(Cell? Cell, string Symptom)> Run(bool isVerified)
    {
        var routine = new Routine(Type);
        List<(Cell?, string)> symptoms = [];
        Rig? rig = null;
        Cell? alone = null;
        var used = Feature.None;
        foreach (Cell cell in Cell.All.Where(cell => used.HasFlag(cell.Feature)))
        {
            if (rig?.Suits(cell) == false)
                Retire(ref rig, alone, symptoms);
            rig ??= new(routine, cell, isVerified);
            alone = cell.IsChain ? cell : null;
            string? symptom = rig.Try(cell);
            used |= rig.Used;
            if (symptom is null)
                continue;
            symptoms.Add((cell, symptom));
            rig.Dispose();
            rig = null;
        }

        Retire(ref rig, alone, symptoms);
        return symptoms;
    }

    private static void Retire(ref Rig? rig, Cell? alone, List<(Cell?, string)> symptoms)
    {
        if (rig?.Unload() is { } leak)
            symptoms.Add((alone, leak));
        rig?.Dispose();
        rig = null;
    }
}
