using BenchmarkDotNet.Running;

namespace Benchmarks;

/// <summary>
/// <c>--ratios</c>: within some minutes, how much the runtime and the analyzers cost over the least that the same work could cost.
/// Anything else: BenchmarkDotNet, with its own options.
/// </summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        if (arguments is ["--ratios", ..])
        {
            RatioReport.Print(Console.Out, arguments[1..]);
            return 0;
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
        return 0;
    }
}
