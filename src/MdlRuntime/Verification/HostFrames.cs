using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace MdlRuntime.Verification;

/// <summary>Whose code a frame of the host's call stack is.</summary>
internal static class HostFrames
{
    private static readonly Assembly s_runtime = typeof(HostFrames).Assembly;
    private static readonly Assembly s_coreLibrary = typeof(object).Assembly;

    /// <summary>The frames of this thread, innermost first; lines are looked up when somebody reads them.</summary>
    public static StackFrame[] Capture() => new StackTrace(fNeedFileInfo: false).GetFrames();

    public static bool IsOfRuntime(StackFrame frame) => frame.GetMethod()?.Module.Assembly == s_runtime;

    /// <summary>Whether it is neither the runtime's nor the core library's.</summary>
    public static bool IsOfDriver(StackFrame frame, [NotNullWhen(true)] out MethodBase? method)
    {
        method = frame.GetMethod();
        Assembly? assembly = method?.Module.Assembly;
        return assembly is not null && assembly != s_runtime && assembly != s_coreLibrary;
    }
}
