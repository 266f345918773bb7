using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Length;

/// <summary>The listed shapes of the missing check in more spellings, named by section and number.</summary>
public sealed class MDL2001_ShapeTests
{
    [Theory]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { _m = irp.MdlAddress; {|MDL2001:Go()|}; return STATUS_SUCCESS; } void Go() => Sink.Take(MmGetMdlByteCount(_m!));", TestDisplayName = "2.3.1 #5a")]
    [InlineData("sealed class Ctx { public Mdl? Mdl; } private readonly Ctx _ctx = new(); NtStatus DispatchRead(DeviceObject d, Irp irp) { _ctx.Mdl = irp.MdlAddress; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount({|MDL2001:_ctx.Mdl|}!));", TestDisplayName = "2.3.1 #5b")]
    [InlineData("private Mdl? Current { get; set; } NtStatus DispatchRead(DeviceObject d, Irp irp) { Current = irp.MdlAddress; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount({|MDL2001:Current|}!));", TestDisplayName = "2.3.1 #5c")]
    [InlineData("private Irp? _current; NtStatus DispatchRead(DeviceObject d, Irp irp) { _current = irp; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount({|MDL2001:_current!.MdlAddress|}!));", TestDisplayName = "2.3.1 #5i")]
    [InlineData("sealed class Ctx { public Mdl? Mdl; public DmaAdapter Adapter = null!; } NtStatus DispatchRead(DeviceObject d, Irp irp) { var c = new Ctx { Mdl = irp.MdlAddress, Adapter = _adapter }; _adapter.AllocateAdapterChannel(d, 1, Control, c); return STATUS_PENDING; } static IoAllocationAction Control(DeviceObject d, Irp? i, MapRegisters? r, object? o) { var c = (Ctx)o!; uint n = MmGetMdlByteCount({|MDL2001:c.Mdl|}!); Sink.Take(n); return KeepObject; }", TestDisplayName = "2.3.1 #16a")]
    [InlineData("sealed record Ctx(Mdl? Mdl, uint Length); NtStatus DispatchRead(DeviceObject d, Irp irp) { var c = new Ctx(irp.MdlAddress, 1); _adapter.AllocateAdapterChannel(d, 1, Control, c); return STATUS_PENDING; } static IoAllocationAction Control(DeviceObject d, Irp? i, MapRegisters? r, object? o) { var c = (Ctx)o!; Sink.Take(MmGetMdlByteCount({|MDL2001:c.Mdl|}!)); return KeepObject; }", TestDisplayName = "2.3.1 #16d")]
    [InlineData("sealed class Ctx(Mdl? mdl) { public Mdl? Mdl { get; } = mdl; } NtStatus DispatchRead(DeviceObject d, Irp irp) { var c = new Ctx(irp.MdlAddress); _adapter.AllocateAdapterChannel(d, 1, Control, c); return STATUS_PENDING; } static IoAllocationAction Control(DeviceObject d, Irp? i, MapRegisters? r, object? o) { var c = (Ctx)o!; Sink.Take(MmGetMdlByteCount({|MDL2001:c.Mdl|}!)); return KeepObject; }", TestDisplayName = "2.3.1 #16e")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { Mdl? m = irp.MdlAddress; _adapter.AllocateAdapterChannel(d, 1, (d, i, r, o) => { Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!)); return KeepObject; }, null); return STATUS_PENDING; }", TestDisplayName = "2.3.1 #16f")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { Func<Mdl, uint> f = MmGetMdlByteCount; uint n = f({|MDL2001:irp.MdlAddress|}!); Sink.Take(n); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #13a")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { Parallel.For(0, 2, i => Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!))); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #13b")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { Action f = Local; f(); return STATUS_SUCCESS; void Local() => Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); }", TestDisplayName = "2.3.1 #13c")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { var t = new Thread(() => Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount)); t.Start(); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #13d")]
    [InlineData("async Task<NtStatus> DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is null) return STATUS_SUCCESS; await Task.Yield(); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #14a")]
    [InlineData("static NtStatus DriverEntry(DriverObject driver, string path) { driver.MajorFunction[MajorFunction.IRP_MJ_READ] = DispatchRead; driver.AddDevice = AddDevice; return STATUS_SUCCESS; } static NtStatus AddDevice(DriverObject driver, DeviceObject pdo) { IoCreateDevice(driver, null, null, 0, 0, false, out DeviceObject? d); d!.Flags |= DeviceFlags.DO_BUFFERED_IO; return STATUS_SUCCESS; } static NtStatus DispatchRead(DeviceObject d, Irp irp) { if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #50a")]
    public Task Members_Reports(string body) => Class(body);

    [Theory]
    [InlineData("uint n = MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!); Sink.Take(n);", TestDisplayName = "2.3.1 #1")]
    [InlineData("uint n = IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length + MmGetMdlByteOffset({|MDL2001:irp!.MdlAddress|}!); Sink.Take(n);", TestDisplayName = "2.3.1 #1b")]
    [InlineData("var ctx = new Ctx(irp.MdlAddress, 5); var (m, n) = ctx; Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));", "record struct Ctx(Mdl? Mdl, int N);", TestDisplayName = "2.3.1 #11a")]
    [InlineData("Ctx a = default; a.Mdl = irp.MdlAddress; Ctx b = a; Sink.Take(MmGetMdlByteCount({|MDL2001:b.Mdl|}!));", "struct Ctx { public Mdl? Mdl; public int N; }", TestDisplayName = "2.3.1 #11b")]
    [InlineData("var a = new Ctx { Mdl = irp.MdlAddress }; var b = a with { N = 3 }; Sink.Take(MmGetMdlByteCount({|MDL2001:b.Mdl|}!));", "record struct Ctx { public Mdl? Mdl; public int N; }", TestDisplayName = "2.3.1 #11c")]
    [InlineData("var other = device.CurrentIrp!; if (other.MdlAddress is null) return STATUS_SUCCESS; var r = irp; var m = r.MdlAddress; Sink.Take(MmGetMdlByteCount({|MDL2001:m|}!));", TestDisplayName = "2.3.1 #17a")]
    [InlineData("Trace.Assert(irp.MdlAddress != null); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", TestDisplayName = "2.3.1 #25a")]
    [InlineData("if (irp.MdlAddress is null) Debug.Fail(\"x\"); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", TestDisplayName = "2.3.1 #25b")]
    [InlineData("Log(irp.MdlAddress is null); Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "static void Log(bool b) { if (b) Console.WriteLine(\"none\"); }", TestDisplayName = "2.3.1 #25c")]
    [InlineData("if (sp.Parameters.Read.Length < Ext.MinimumLength) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "static class Ext { public static uint MinimumLength; }", TestDisplayName = "2.3.1 #32a")]
    [InlineData("var m = irp.MdlAddress; if (m is null) return STATUS_SUCCESS; irp = device.CurrentIrp!; Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", TestDisplayName = "2.3.1 #35a")]
    [InlineData("try { Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!)); } catch (NullReferenceException) { return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #40a")]
    [InlineData("if (IsEmpty(sp)) Sink.Take(MmGetMdlByteCount({|MDL2001:irp.MdlAddress|}!));", "static bool IsEmpty(IoStackLocation s) => s.Parameters.Read.Length == 0;", TestDisplayName = "2.3.1 #46a")]
    [InlineData("Sink.Take({|MDL2001:irp.MdlAddress|}!.Next?.ByteCount ?? 0);", TestDisplayName = "2.3.1 #49a")]
    [InlineData("if (irp.MdlAddress is { Next: null }) { } Sink.Take({|MDL2001:irp.MdlAddress|}!.MdlFlags);", TestDisplayName = "2.3.1 #49b")]
    public Task ReadRoutine_Reports(string body, string members = "") => Read(body, members);

    [Theory]
    [InlineData("switch (sp.Parameters.DeviceIoControl.IoControlCode) { case 1: if (irp.MdlAddress is null) return STATUS_SUCCESS; Sink.Take(irp.MdlAddress.ByteCount); break; default: Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount); break; }", TestDisplayName = "2.3.1 #43a")]
    [InlineData("uint n = sp.Parameters.DeviceIoControl.IoControlCode switch { 1 => 0, 2 when irp.MdlAddress != null => irp.MdlAddress.ByteCount, _ => {|MDL2001:irp.MdlAddress|}!.ByteCount }; Sink.Take(n);", TestDisplayName = "2.3.1 #43b")]
    public Task ControlRoutine_Reports(string body) => Control(body);

    [Theory]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is null) return STATUS_SUCCESS; _m = irp.MdlAddress; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount(_m!));", TestDisplayName = "2.3.1 #5d")]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { _m = irp.MdlAddress; return STATUS_PENDING; } void Go() { if (_m is null) return; Sink.Take(MmGetMdlByteCount(_m)); }", TestDisplayName = "2.3.1 #5e")]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0) return STATUS_SUCCESS; _m = irp.MdlAddress; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount(_m!));", TestDisplayName = "2.3.1 #5f")]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { Set(irp.MdlAddress); return STATUS_PENDING; } void Set(Mdl? m) => _m = m; void Go() => Sink.Take(MmGetMdlByteCount(_m!));", TestDisplayName = "2.3.1 #5g")]
    [InlineData("private Mdl? _m; NtStatus DispatchRead(DeviceObject d, Irp irp) { _m = irp.MdlAddress; if (_m is null) return STATUS_SUCCESS; Go(); return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount(_m!));", TestDisplayName = "2.3.1 #5h")]
    [InlineData("private Irp? _current; NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is null) return STATUS_SUCCESS; _current = irp; return STATUS_PENDING; } void Go() => Sink.Take(MmGetMdlByteCount(_current!.MdlAddress!));", TestDisplayName = "2.3.1 #5j")]
    [InlineData("sealed class Ctx { public Mdl? Mdl; public DmaAdapter Adapter = null!; } NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is not { } m) return STATUS_SUCCESS; var c = new Ctx { Mdl = m, Adapter = _adapter }; _adapter.AllocateAdapterChannel(d, 1, Control, c); return STATUS_PENDING; } static IoAllocationAction Control(DeviceObject d, Irp? i, MapRegisters? r, object? o) { var c = (Ctx)o!; uint n = MmGetMdlByteCount(c.Mdl!); Sink.Take(n); return KeepObject; }", TestDisplayName = "2.3.1 #16b")]
    [InlineData("async Task<NtStatus> DispatchRead(DeviceObject d, Irp irp) { var m = irp.MdlAddress; if (m is null) return STATUS_SUCCESS; await Task.Yield(); Sink.Take(MmGetMdlByteCount(m)); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #14b")]
    [InlineData("static NtStatus DriverEntry(DriverObject driver, string path) { driver.MajorFunction[MajorFunction.IRP_MJ_READ] = DispatchRead; driver.AddDevice = AddDevice; return STATUS_SUCCESS; } static NtStatus AddDevice(DriverObject driver, DeviceObject pdo) { IoCreateDevice(driver, null, null, 0, 0, false, out DeviceObject? d); d!.Flags |= DeviceFlags.DO_DIRECT_IO; return STATUS_SUCCESS; } static NtStatus DispatchRead(DeviceObject d, Irp irp) { if (IoGetCurrentIrpStackLocation(irp).Parameters.Read.Length == 0) return STATUS_SUCCESS; Sink.Take(MmGetMdlByteCount(irp.MdlAddress!)); return STATUS_SUCCESS; }", TestDisplayName = "2.3.1 #50b")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { uint n = irp.MdlAddress?.Count() ?? 0; Sink.Take(n); return STATUS_SUCCESS; } } static class E { public static uint Count(this Mdl m) => MmGetMdlByteCount(m);", TestDisplayName = "2.3.2 #14a")]
    [InlineData("NtStatus DispatchRead(DeviceObject d, Irp irp) { if (irp.MdlAddress is null) return STATUS_SUCCESS; return Inner(irp); } NtStatus Inner(Irp irp) { Sink.Take(irp.MdlAddress!.ByteCount); return STATUS_SUCCESS; }", TestDisplayName = "2.3.2 #26b")]
    [InlineData("void Test() { Irp irp = IoAllocateIrp(1, false)!; irp.MdlAddress = IoAllocateMdl(0x1000, 16, false, false, null)!; Sink.Take(irp.MdlAddress.ByteCount); }", TestDisplayName = "2.3.2 #41a")]
    public Task Members_DoesNotReport(string body) => Class(body);

    [Theory]
    [InlineData("if (ReferenceEquals(null, irp.MdlAddress)) return STATUS_SUCCESS; Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #1a")]
    [InlineData("if (irp.MdlAddress is not null and var m) Sink.Take(m.ByteCount);", TestDisplayName = "2.3.2 #2a")]
    [InlineData("uint len = sp.Parameters.Read.Length; if (len is not > 0) return STATUS_SUCCESS; Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #7a")]
    [InlineData("ArgumentNullException.ThrowIfNull(irp.MdlAddress); Sink.Take(irp.MdlAddress.ByteCount);", TestDisplayName = "2.3.2 #16a")]
    [InlineData("ArgumentNullException.ThrowIfNull(irp.MdlAddress, nameof(irp)); ArgumentOutOfRangeException.ThrowIfZero(sp.Parameters.Read.Length); Sink.Take(irp.MdlAddress.ByteCount);", TestDisplayName = "2.3.2 #16b")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfZero(sp.Parameters.Read.Length); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #16c")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfLessThan(sp.Parameters.Read.Length, 512u); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #16d")]
    [InlineData("ArgumentOutOfRangeException.ThrowIfNegativeOrZero((int)sp.Parameters.Read.Length); Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #16e")]
    [InlineData("NtStatus st; if (irp.MdlAddress is null) st = STATUS_INVALID_PARAMETER; else st = STATUS_SUCCESS; if (NT_SUCCESS(st)) { Sink.Take(irp.MdlAddress!.ByteCount); }", TestDisplayName = "2.3.2 #23b")]
    [InlineData("if (irp.MdlAddress is null) return STATUS_SUCCESS; Local(); void Local() => Sink.Take(irp.MdlAddress!.ByteCount);", TestDisplayName = "2.3.2 #26a")]
    [InlineData("if (!NT_SUCCESS(RetrieveOutputMdl(irp, out var m))) return STATUS_SUCCESS; Sink.Take(m!.ByteCount);", "static NtStatus RetrieveOutputMdl(Irp irp, out Mdl? m) { m = irp.MdlAddress; return m is null ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS; }", TestDisplayName = "2.3.2 #38a")]
    [InlineData("if (!NT_SUCCESS(RetrieveOutputMdl(irp, out var m))) return STATUS_SUCCESS; Sink.Take(m!.ByteCount);", "extern static NtStatus RetrieveOutputMdl(Irp irp, out Mdl? m);", TestDisplayName = "2.3.2 #38b")]
    public Task ReadRoutine_DoesNotReport(string body, string members = "") => Read(body, members);

    [Theory]
    [InlineData("if (sp.Parameters.DeviceIoControl.OutputBufferLength < (uint)System.Runtime.InteropServices.Marshal.SizeOf<Reply>()) return STATUS_BUFFER_TOO_SMALL; Sink.Take(irp.MdlAddress!.ByteCount);", "struct Reply { public int A; }", TestDisplayName = "2.3.2 #8a")]
    public Task ControlRoutine_DoesNotReport(string body, string members = "") => Control(body, members);
}
