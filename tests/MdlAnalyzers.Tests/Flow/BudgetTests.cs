using MdlAnalyzers.Flow;
using MdlAnalyzers.Contracts;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>The analysis gives up rather than to take long, and then says nothing.</summary>
public sealed class BudgetTests
{
    private const string Defect = "class C { static void A(Irp irp) { MmGetMdlByteCount(irp.MdlAddress!); } }";

    [Fact]
    public void ExhaustedBudget_YieldsNoResult()
    {
        (IMethodBodyOperation body, ISymbol owner, AnalysisSession session) = Body(FlowHarness.Compile(Defect), "A");
        var analysis = new BodyAnalysis(session, MdlFlowAnalyzer.CreateRules(), new FlowReporter(body.Syntax), TestContext.Current.CancellationToken, new Budget(3));

        Assert.False(analysis.Run(ControlFlowGraph.Create(body, TestContext.Current.CancellationToken), owner));
    }

    [Fact]
    public void BodyWithoutAnnotatedSymbols_IsFilteredOut()
    {
        (IMethodBodyOperation plain, _, AnalysisSession session) = Body(FlowHarness.Compile("class C { static int A(int x) { return Math.Min(x, 4096) / 2; } }"), "A");
        (IMethodBodyOperation driver, _, AnalysisSession other) = Body(FlowHarness.Compile(Defect), "A");

        Assert.False(BodyFilter.MentionsAnnotatedSymbol(plain, session.Contracts));
        Assert.True(BodyFilter.MentionsAnnotatedSymbol(driver, other.Contracts));
    }

    [Fact]
    public void CompilationWithoutAnnotations_ClosesTheGate()
    {
        Assert.True(ContractReader.IsGateOpen(FlowHarness.Compile("")));
        Assert.False(ContractReader.IsGateOpen(FlowHarness.Compile("class C;", withRuntime: false)));
    }

    [Theory]
    [InlineData("tests", 400)]
    [InlineData("sum", 4000)]
    [InlineData("nesting", 300)]
    [InlineData("loops", 12)]
    public async Task EnormousBody_IsSurvived(string shape, int size)
    {
        string code = shape switch
        {
            "tests" => string.Concat(Enumerable.Range(0, size).Select(static i => $"if (queue.GetHashCode() == {i}) MmGetMdlByteCount(mdl);\n")),
            "sum" => "long sum = " + string.Join(" + ", Enumerable.Range(0, size).Select(static i => i % 2 == 0 ? "MmGetMdlByteCount(mdl)" : $"queue.GetHashCode()")) + ";",
            "nesting" => "long x = " + new string('(', size) + "MmGetMdlByteCount(mdl)" + new string(')', size) + ";",
            _ => string.Concat(Enumerable.Repeat("for (int i_ = 0; i_ < queue.GetHashCode(); i_++) { if (flag) mdl = mdl2; else mdl2 = mdl.Next!;\n", size).Select(static (s, i) => s.Replace("i_", $"i{i}")))
                + "MmGetMdlByteCount(mdl);" + new string('}', size),
        };

        Assert.DoesNotContain(await FlowHarness.Body(code), static d => !d.StartsWith("MDL", StringComparison.Ordinal));
    }

    private static (IMethodBodyOperation Body, ISymbol Owner, AnalysisSession Session) Body(Compilation compilation, string name)
    {
        SyntaxTree tree = compilation.SyntaxTrees.First();
        SemanticModel model = compilation.GetSemanticModel(tree);
        MethodDeclarationSyntax method = tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes().OfType<MethodDeclarationSyntax>().First(m => m.Identifier.Text == name);
        return ((IMethodBodyOperation)model.GetOperation(method, TestContext.Current.CancellationToken)!, model.GetDeclaredSymbol(method, TestContext.Current.CancellationToken)!, new AnalysisSession(compilation));
    }
}
