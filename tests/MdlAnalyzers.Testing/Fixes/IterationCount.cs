namespace Microsoft.CodeAnalysis.Testing;

/// <summary>How many iterations a run of fixes takes: N exactly N, -N at most N, -1 exactly 1, 0 none.</summary>
internal readonly record struct IterationCount(int Minimum, int Maximum)
{
    public static IterationCount From(int number) => number switch
    {
        >= 0 => new(number, number),
        -1 => new(1, 1),
        _ => new(0, -number),
    };

    public void Verify(int actual, IVerifier verifier)
    {
        if (actual < Minimum || actual > Maximum)
            verifier.Fail($"Expected {this} fix iteration(s), got {(actual > Maximum ? $"at least {actual}" : actual)}.");
    }

    public override string ToString() => Minimum == Maximum ? $"exactly {Maximum}" : $"at most {Maximum}";
}
