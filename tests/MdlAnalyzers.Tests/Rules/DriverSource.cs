namespace MdlAnalyzers.Tests.Rules;

/// <summary>Builds the sources that rule tests analyze: a driver class around the statements in question, as the package's users would write it.</summary>
internal static class DriverSource
{
    /// <summary>The imports that the package adds to a project, and a few types that drivers define for themselves.</summary>
    public const string Preamble = """
        global using System;
        global using System.Collections.Generic;
        global using System.Diagnostics;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using MdlRuntime;
        global using MdlRuntime.Annotations;
        global using static MdlRuntime.Executive;
        global using static MdlRuntime.IoAllocationAction;
        global using static MdlRuntime.IoManager;
        global using static MdlRuntime.KernelCore;
        global using static MdlRuntime.KProcessorMode;
        global using static MdlRuntime.LockOperation;
        global using static MdlRuntime.MemoryManager;
        global using static MdlRuntime.MmPagePriority;
        global using static MdlRuntime.NtStatus;
        global using static MdlRuntime.RuntimeLibrary;
        global using static MdlRuntime.WdkMacros;

        internal record struct SgEntry(ulong Address, uint Length);

        internal record struct PhysicalRun
        {
            public nuint Frame { get; set; }
            public uint Offset { get; set; }
            public uint Length { get; set; }
        }

        internal static class Hardware
        {
            public static ulong Address { get; set; }
            public static void MapFrame(nuint pfn, uint offset, uint count) { }
            public static void SendFrame(nuint pfn) { }
            public static void Program(ulong physicalAddress, uint length) { }
            public static void ProgramList(SgEntry[] entries) { }
        }

        internal static class Sink
        {
            public static void Take<T>(T value) where T : allows ref struct { }
        }
        """;

    private const string Members = """
            private Mdl _mdl = null!;
            private nuint _currentVa;
            private nuint CurrentVa { get; set; }
            private SgEntry[] _sg = [];
            private DmaAdapter _adapter = null!;
            private MapRegisters? _registers;
            private Irp _irp = null!;
        """;

    /// <summary>A method that has an MDL, an adapter and a request at hand.</summary>
    public static string Method(string body, string members = "") => $$"""
        #nullable enable
        internal unsafe class Driver
        {
        {{Members}}
            {{members}}

            private void Transfer(Mdl mdl, DmaAdapter adapter, DeviceObject device, MapRegisters? registers, bool isRead, uint n)
            {
                {{body}}
            }
        }
        """;

    /// <summary>A method in which <c>len</c>, <c>off</c>, <c>va</c> and <c>pfns</c> hold what their accessors return for <c>mdl</c>.</summary>
    public static string Pages(string body, string members = "") => Method(
        $"""
        uint len = MmGetMdlByteCount(mdl);
                uint off = MmGetMdlByteOffset(mdl);
                nuint va = MmGetMdlVirtualAddress(mdl);
                Span<nuint> pfns = MmGetMdlPfnArray(mdl);
                Sink.Take((len, off, va)); Sink.Take(pfns);
                {body}
        """,
        members);

    /// <summary>Members of a driver class.</summary>
    public static string Class(string members, string types = "") => $$"""
        #nullable enable
        internal class Driver
        {
        {{Members}}
            {{members}}
        }

        {{types}}
        """;

    /// <summary>A dispatch routine; <c>sp</c> is the current stack location of <c>irp</c>.</summary>
    public static string Dispatch(string body, string members = "", string name = "DispatchRead") => $$"""
        #nullable enable
        internal class Driver
        {
            private static readonly MmPagePriority Prio = NormalPagePriority | MdlMappingNoExecute;

            {{members}}

            private NtStatus {{name}}(DeviceObject device, Irp irp)
            {
                IoStackLocation sp = IoGetCurrentIrpStackLocation(irp);
                {{body}}
                return Complete(irp, STATUS_SUCCESS, 0);
            }

            private static NtStatus Complete(Irp irp, NtStatus status, nuint information)
            {
                irp.IoStatus.Status = status;
                irp.IoStatus.Information = information;
                IoCompleteRequest(irp, IO_NO_INCREMENT);
                return status;
            }

            private static void Use(Mdl? mdl)
            {
                if (mdl is not null)
                    Sink.Take(MmGetMdlByteCount(mdl));
            }
        }
        """;
}
