using System.Runtime.CompilerServices;

namespace MdlAnalyzers.Tests.All;

/// <summary>Correct driver files, kept as text so that nothing but the tests compiles them.</summary>
internal static class DriverCorpus
{
    public static IEnumerable<string> Names => ["FrameBufferDriver", "PacketDmaDriver", "ScatterGatherDriver", "OwnPagesDriver"];

    public static string Load(string name, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "Drivers", name + ".cs.txt"));
}
