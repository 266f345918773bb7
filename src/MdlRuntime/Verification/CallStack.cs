using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace MdlRuntime.Verification;

/// <summary>The driver's part of the host's call stack.</summary>
internal static class CallStack
{
    /// <summary>The routine and who called it: one line that is the same for the same place in the same program.</summary>
    public static string Describe(string routine)
    {
        StackFrame[] frames = HostFrames.Capture();
        // Beyond the outermost frame of the runtime is the host that entered the machine: which test it was makes no other stack.
        int end = Array.FindLastIndex(frames, HostFrames.IsOfRuntime);
        var text = new StringBuilder(routine);
        for (int i = 0; i < end; i++)
        {
            if (!HostFrames.IsOfDriver(frames[i], out MethodBase? method))
                continue;
            text.Append(" < ").Append(method.DeclaringType?.FullName).Append('.').Append(method.Name)
                .Append("+0x").Append(frames[i].GetILOffset().ToString("X", null));
        }

        return text.ToString();
    }
}
