using System.Diagnostics;

namespace MdlAnalyzers.Package.Tests;

/// <summary>A finished run of the SDK.</summary>
internal sealed record DotnetResult(string Command, int ExitCode, string Output)
{
    public DotnetResult MustSucceed()
    {
        Assert.True(ExitCode == 0, $"{Command} ended with {ExitCode}:\n{Output}");
        return this;
    }
}

/// <summary>Runs the SDK as a user would, without servers that outlive the test.</summary>
internal static class Dotnet
{
    public static async Task<DotnetResult> RunAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Variables of the surrounding test run would redirect the inner builds.
        foreach (string name in start.Environment.Keys.Where(IsFromOuterBuild).ToArray())
            start.Environment.Remove(name);

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new($"dotnet {string.Join(' ', arguments)}", process.ExitCode, await output + await error);
    }

    private static bool IsFromOuterBuild(string name) =>
        name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) && !name.Equals("MSBUILDDISABLENODEREUSE", StringComparison.Ordinal)
        || name.StartsWith("VSTEST", StringComparison.Ordinal);
}
