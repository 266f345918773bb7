using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace MdlRuntime.Tests.Model;

/// <summary>Runs random scripts against a model. The seed is fixed; a failure prints the seed of its script and a shortened script.</summary>
internal static class ModelChecking
{
    /// <summary>Environment variable with "seed,gamma,size" as a failure prints them: runs that script first, then others like it.</summary>
    public const string ReplayVariable = "MDL_MODEL_REPLAY";

    private const int Seed = 20_260_101;

    /// <summary>Runs <paramref name="run"/> on <paramref name="count"/> scripts of <paramref name="length"/> steps; each series has scripts of its own.</summary>
    public static void Check<TStep>(int series, Gen<TStep> step, int length, int count, Func<TStep, IEnumerable<TStep>> simplify, Action<TStep[]> run)
    {
        Gen<TStep[]> script = Gen.ArrayOf(step, length);
        Arbitrary<TStep[]> arbitrary = Arb.From(script, steps => Shorten(steps, simplify));
        Config config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(Replay(series));
        try
        {
            FsCheck.Check.One(config, Prop.ForAll(arbitrary, run));
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{failure.Message}{Environment.NewLine}Replay with {ReplayVariable}=seed,gamma,size of the last step.", failure);
        }
    }

    /// <summary>Halves and quarters left out first, then single steps, then simpler steps.</summary>
    private static IEnumerable<TStep[]> Shorten<TStep>(TStep[] steps, Func<TStep, IEnumerable<TStep>> simplify)
    {
        for (int part = steps.Length / 2; part > 0; part /= 2)
        {
            for (int start = 0; start + part <= steps.Length; start += part)
                yield return [.. steps[..start], .. steps[(start + part)..]];
        }

        for (int i = 0; i < steps.Length; i++)
        {
            foreach (TStep simpler in simplify(steps[i]))
                yield return [.. steps[..i], simpler, .. steps[(i + 1)..]];
        }
    }

    private static FSharpOption<Replay> Replay(int series)
    {
        if (Environment.GetEnvironmentVariable(ReplayVariable) is not { Length: > 0 } text)
            return new Replay(new Rnd((ulong)(Seed + series)), FSharpOption<int>.None);

        ulong[] numbers = [.. text.Split(',').Select(number => ulong.Parse(number, CultureInfo.InvariantCulture))];
        return new Replay(new Rnd(numbers[0], numbers[1]), (int)numbers[2]);
    }
}
