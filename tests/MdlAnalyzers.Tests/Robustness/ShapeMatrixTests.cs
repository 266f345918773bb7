namespace MdlAnalyzers.Tests.Robustness;

/// <summary>Every rule finds the defect of its page wherever the code stands.</summary>
public sealed class ShapeMatrixTests
{
    /// <summary>Shapes in which a rule does not see its example any more, with the reason.</summary>
    private static readonly Dictionary<(string Shape, string Id), string> s_excused = new()
    {
        [("in try with catch", "MDL1004")] = "the way in which a driver at the top of its stack reads the memory of the requestor",
        [("checked", "MDL1007")] = "a checked conversion throws where the address does not fit",
        [("checked", "MDL2008")] = "a checked conversion throws where the length does not fit",
    };

    public static TheoryData<string> Shapes => [.. Shape.Names];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Defect_IsReportedInEveryPlace(string shape)
    {
        List<string> wrong = [];
        int tried = 0;
        foreach (string id in RuleExamples.Ids)
        {
            string source = Shape.Apply(shape, RuleExamples.Of(id));
            if (await RuleExamples.ReportedAsync(source) is not { } reported)
                continue;
            tried++;
            if ((reported is not [var one] || one != id) != s_excused.ContainsKey((shape, id)))
                wrong.Add($"{id}: {string.Join(' ', reported)} is reported");
        }

        Assert.Empty(wrong);
        Assert.InRange(tried, RuleExamples.Ids.Count() / 2, int.MaxValue);
    }
}
