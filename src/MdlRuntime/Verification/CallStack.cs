using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace MdlRuntime.Verification;

/// <summary>The driver's part of the host's call stack.</summary>
internal static class CallStack
{
    private static readonly Assembly s_runtime = typeof(CallStack).Assembly;
    private static readonly Assembly s_coreLibrary = typeof(object).Assembly;

    /// <summary>The routine and who called it: one line that is the same for the same place in the same program.</summary>
    public static string Describe(string routine)
    {
        StackFrame[] frames = new StackTrace(fNeedFileInfo: false).GetFrames();
        // Beyond the outermost frame of the runtime is the host that entered the machine: which test it was makes no other stack.
        int end = Array.FindLastIndex(frames, frame => AssemblyOf(frame) == s_runtime);
        var text = new StringBuilder(routine);
        for (int i = 0; i < end; i++)
        {
            Assembly? assembly = AssemblyOf(frames[i]);
            if (assembly == s_runtime || assembly == s_coreLibrary || frames[i].GetMethod() is not { } method)
                continue;
            text.Append(" < ").Append(method.DeclaringType?.FullName).Append('.').Append(method.Name)
                .Append("+0x").Append(frames[i].GetILOffset().ToString("X", null));
        }

        return text.ToString();
    }

    private static Assembly? AssemblyOf(StackFrame frame) => frame.GetMethod()?.Module.Assembly;
}
