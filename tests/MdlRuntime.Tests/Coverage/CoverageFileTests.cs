namespace MdlRuntime.Tests.Coverage;

/// <summary>The table in the repository is what the lists and the tests say now, and enough is proven.</summary>
public sealed class CoverageFileTests
{
    private const int PromisedPercent = 95;

    private readonly SortedDictionary<string, SortedSet<string>> _proofs = ProofIndex.Build();

    [Fact]
    public void The_table_is_up_to_date()
    {
        string path = CoverageFile.FullPath(), text = CoverageTable.Render(FactModel.All, _proofs);
        if (CoverageFile.IsToBeRewritten)
            File.WriteAllText(path, text);

        Assert.True(text == File.ReadAllText(path), $"coverage.md is out of date: run the tests once with {CoverageFile.RewriteVariable}=1");
    }

    [Fact]
    public void The_promised_share_of_behaviour_is_proven()
    {
        foreach (FactModel model in FactModel.All)
        {
            (int behavioural, int proven) = CoverageTable.Count(FactList.Load(model).Where(model.IsCounted), _proofs);
            Assert.True(100 * proven >= PromisedPercent * behavioural, $"{model.Title}: {proven} of {behavioural} facts are proven");
        }
    }

    [Fact]
    public void Behaviour_without_a_test_says_why() =>
        Assert.DoesNotContain(FactModel.All.SelectMany(Facts), fact => fact is { Kind: FactKind.Behaviour, Reason: "" } && !_proofs.ContainsKey(fact.Id));

    /// <summary>What a test shows can be observed and is modelled.</summary>
    [Fact]
    public void No_proven_fact_is_listed_as_out_of_reach() =>
        Assert.DoesNotContain(
            FactModel.All.SelectMany(Facts), fact => fact.Kind is FactKind.NotObservable or FactKind.NotModelled && _proofs.ContainsKey(fact.Id));

    private static IEnumerable<Fact> Facts(FactModel model) => FactList.Load(model).SelectMany(section => section.Facts);
}
