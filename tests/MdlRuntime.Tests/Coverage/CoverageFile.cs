using System.Runtime.CompilerServices;

namespace MdlRuntime.Tests.Coverage;

/// <summary>Where coverage.md lies, and how it is written anew.</summary>
internal static class CoverageFile
{
    /// <summary>Environment variable: set to 1, the test that compares the file writes it instead.</summary>
    public const string RewriteVariable = "MDL_REWRITE_COVERAGE";

    public static bool IsToBeRewritten => Environment.GetEnvironmentVariable(RewriteVariable) == "1";

    public static string FullPath([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "coverage.md"));
}
