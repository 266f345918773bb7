using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Tests.Robustness;

/// <summary>The rules work in every language version that a project can ask for.</summary>
public sealed class LanguageVersionTests
{
    public static TheoryData<LanguageVersion> Versions =>
    [
        .. Enum.GetValues<LanguageVersion>().Where(static v => v is >= LanguageVersion.CSharp7_3 and < LanguageVersion.LatestMajor),
        LanguageVersion.Preview,
    ];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Defect_IsReportedWhereverItCompiles(LanguageVersion version)
    {
        int tried = 0;
        foreach (string id in RuleExamples.Ids)
        {
            string source = version < LanguageVersion.CSharp8 ? Oblivious(RuleExamples.Of(id)) : RuleExamples.Of(id);
            if (await RuleExamples.ReportedAsync(source, new CSharpParseOptions(version)) is not { } reported)
                continue;
            tried++;
            Assert.Equal([id], reported);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{tried} examples");
        Assert.InRange(tried, version < LanguageVersion.CSharp9 ? 1 : RuleExamples.Ids.Count() - 1, int.MaxValue);
    }

    /// <summary>Without the annotations for references, and with the names that native integers had before.</summary>
    private static string Oblivious(string source) =>
        Regex.Replace(Regex.Replace(Regex.Replace(source, @"(Mdl|Irp)\?", "$1"), @"(?<=[\w)\]])!(?!=)", ""), @"\bnuint\b", "UIntPtr");
}
