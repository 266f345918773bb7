using System.Collections.Frozen;
using System.Diagnostics;
using System.Reflection;

namespace MdlRuntime.Verification;

/// <summary>
/// Where drivers called the machine from. Walking the host's stack costs more than anything else a verified machine does, so only
/// the first calls are looked up, as many as the machine's options say.
/// </summary>
internal sealed class CallSites
{
    /// <summary>What the machine does by itself: no line of a driver is the cause.</summary>
    private static readonly FrozenSet<string> s_events = FrozenSet.Create(
        "AdapterControl", "AdapterListControl", "BounceCopy", "BusRead", "BusWrite", "CancelRoutine", "CompletionRoutine",
        "IoCompletionStage1", "IoCompletionStage2", "StartIo", "WorkItemRoutine");

    private readonly List<(MethodBase Method, int Offset)> _sites = [];
    private readonly int _budget;
    private int _left;

    public CallSites(int budget) => _budget = _left = budget;

    /// <summary>Number of the place that a routine is called from, outside the runtime; 0 when the budget is used up, -1 where there is none.</summary>
    public int Capture(string routine) => _left > 0 ? CaptureNext(routine) : 0;

    public string Describe(int site)
    {
        if (site <= 0)
            return site < 0 ? "" : $" (caller not looked up: MachineOptions.{nameof(Simulation.MachineOptions.CapturedCallSites)} = {_budget} is used up)";

        (MethodBase method, int offset) = _sites[site - 1];
        string where = SourceLines.Find(method, offset) is { } line ? $"{line.File}:line {line.Number}" : $"offset 0x{offset:X}";
        return $" at {method.DeclaringType?.FullName}.{method.Name} in {where}";
    }

    private int CaptureNext(string routine)
    {
        if (s_events.Contains(routine))
            return -1;

        _left--;
        foreach (StackFrame frame in HostFrames.Capture())
        {
            if (HostFrames.IsOfDriver(frame, out MethodBase? method))
            {
                _sites.Add((method, frame.GetILOffset()));
                return _sites.Count;
            }
        }

        return -1;
    }
}
