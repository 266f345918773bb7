namespace MdlRuntime.Tests.Coverage;

/// <summary>The fact list is complete and agrees with what tests claim.</summary>
public sealed class FactListTests
{
    private const int LastFact = 619;
    private readonly IReadOnlyList<FactSection> _sections = FactList.Load();

    [Fact]
    public void EveryFactIsListedOnceInOrder() =>
        Assert.Equal(Enumerable.Range(1, LastFact).Select(number => $"MDL-{number:D3}"), Facts().Select(fact => fact.Id));

    [Fact]
    public void EveryFactThatNeedsNoProofSaysWhy() =>
        Assert.DoesNotContain(Facts(), fact => fact.Kind != FactKind.Behaviour && fact.Reason.Length == 0);

    [Fact]
    public void EveryClaimNamesAListedFact()
    {
        HashSet<string> known = [.. Facts().Select(fact => fact.Id)];
        Assert.DoesNotContain(ProofIndex.Build().Keys, claim => claim.StartsWith("MDL-", StringComparison.Ordinal) && !known.Contains(claim));
    }

    /// <summary>Claims speak of MDL facts, DMA facts or decisions.</summary>
    [Fact]
    public void EveryClaimIsWellFormed() =>
        Assert.DoesNotContain(ProofIndex.Build().Keys, claim => !System.Text.RegularExpressions.Regex.IsMatch(claim, @"^((MDL|DMA)-\d{3}|D\d{1,2})$"));

    [Fact]
    public void EveryClaimIsMadeByATestThatRuns() => Assert.Empty(ProofIndex.ClaimsThatNeverRun());

    private IEnumerable<Fact> Facts() => _sections.SelectMany(section => section.Facts);
}
