namespace MdlRuntime.Verification;

/// <summary>Calls fail at random, the same ones for the same seed.</summary>
internal sealed class RandomRule(FaultFilter filter, double probability, int seed) : FaultRule(filter)
{
    private readonly Random _random = new(seed);

    public override bool Strikes(string routine) => _random.NextDouble() < probability;
}
