namespace MdlRuntime.Tests.Coverage;

/// <summary>The fact lists are complete and agree with what tests claim.</summary>
public sealed class FactListTests
{
    [Fact]
    public void EveryFactIsListedOnceInOrder()
    {
        foreach (FactModel model in FactModel.All)
            Assert.Equal(Enumerable.Range(1, model.LastFact).Select(number => $"{model.Prefix}-{number:D3}"), Facts(model).Select(fact => fact.Id));
    }

    [Fact]
    public void EveryFactThatNeedsNoProofSaysWhy() =>
        Assert.DoesNotContain(FactModel.All.SelectMany(Facts), fact => fact.Kind != FactKind.Behaviour && fact.Reason.Length == 0);

    /// <summary>Claims speak of listed facts or of decisions.</summary>
    [Fact]
    public void EveryClaimNamesAListedFact()
    {
        HashSet<string> known = [.. FactModel.All.SelectMany(Facts).Select(fact => fact.Id)];
        Assert.DoesNotContain(
            ProofIndex.Build().Keys, claim => !known.Contains(claim) && !System.Text.RegularExpressions.Regex.IsMatch(claim, @"^D\d{1,2}$"));
    }

    [Fact]
    public void EveryClaimIsMadeByATestThatRuns() => Assert.Empty(ProofIndex.ClaimsThatNeverRun());

    private static IEnumerable<Fact> Facts(FactModel model) => FactList.Load(model).SelectMany(section => section.Facts);
}
