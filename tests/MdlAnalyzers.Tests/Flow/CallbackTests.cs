using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Flow;

/// <summary>Lambdas that a helper of the driver or a thread of the pool calls: what they are called with, what was tested before, and what they return.</summary>
public sealed class CallbackTests
{
    [Theory]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { With(mdl, x => { uint k = n; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref k, false); }); } static void With(Mdl mdl, Action<uint> use) => use(MmGetMdlByteOffset(mdl));", TestDisplayName = "argument of the lambda")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { With(mdl, delegate(uint x) { uint k = n; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref k, false); }); } static void With(Mdl mdl, Action<uint>? use) => use?.Invoke(MmGetMdlByteOffset(mdl));", TestDisplayName = "anonymous method, invoked if it is there")]
    [InlineData("void F(Mdl mdl, DmaAdapter a) { With(mdl, (x, n) => a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false)); } static void With(Mdl mdl, Action<nuint, uint> use) { nuint at = MmGetMdlByteOffset(mdl); use(at, MmGetMdlByteCount(mdl)); }", TestDisplayName = "two arguments")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { Outer(mdl, x => { uint k = n; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref k, false); }); } static void Outer(Mdl mdl, Action<uint> use) => With(mdl, x => use(x)); static void With(Mdl mdl, Action<uint> use) => use(MmGetMdlByteOffset(mdl));", TestDisplayName = "two helpers and two lambdas")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { void With(Action<uint> use) => use(MmGetMdlByteOffset(mdl)); With(x => { uint k = n; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref k, false); }); }", TestDisplayName = "local function")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { await With(mdl, async x => { await Task.Yield(); uint k = n; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref k, false); }); } static async Task With(Mdl mdl, Func<uint, Task> use) => await use(MmGetMdlByteOffset(mdl));", TestDisplayName = "async")]
    [InlineData("void F(Mdl mdl) => Hardware.ProgramList(With(mdl, bytes => new SgEntry[{|MDL1002:(bytes + PAGE_SIZE - 1) / PAGE_SIZE|}])); static T With<T>(Mdl mdl, Func<uint, T> use) => use(MmGetMdlByteCount(mdl));", TestDisplayName = "generic result")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { With(mdl, va => { uint k = n; a.MapTransfer(mdl, null, {|MDL1002:PAGE_ALIGN(va)|}, ref k, false); }); } static void With(Mdl mdl, Action<nuint> use) => use(MmGetMdlVirtualAddress(mdl));", TestDisplayName = "page of the argument")]
    [InlineData("void F(Mdl mdl, Mdl part, uint done) { With(mdl, va => IoBuildPartialMdl(mdl, part, {|MDL1003:PAGE_ALIGN(va) + done|}, 512)); } static void With(Mdl mdl, Action<nuint> use) => use(MmGetMdlVirtualAddress(mdl));", TestDisplayName = "position behind the page of the argument")]
    [InlineData("void F(Mdl mdl, Mdl part, uint done) { Action<nuint> build = start => IoBuildPartialMdl(mdl, part, {|MDL1003:start + done|}, 512); With(mdl, build); } static void With(Mdl mdl, Action<nuint> use) { if (mdl.ByteCount != 0) use(mdl.StartVa); }", TestDisplayName = "lambda in a local")]
    [InlineData("void DispatchRead(Irp irp) => With(irp, mdl => Sink.Take({|MDL2001:mdl|}!.ByteCount)); static void With(Irp irp, Action<Mdl?> use) => use(irp.MdlAddress);", TestDisplayName = "the request's MDL")]
    [InlineData("void DispatchRead(Irp irp) => Unless(irp, () => Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount)); static void Unless(Irp irp, Action use) { if (irp.MdlAddress is null) use(); }", TestDisplayName = "called where there is none")]
    [InlineData("Action? _later; void DispatchRead(Irp irp) => Keep(() => Sink.Take({|MDL2001:irp.MdlAddress|}!.ByteCount)); void Keep(Action action) => _later = action;", TestDisplayName = "kept for later")]
    public Task Callback_Reports(string members) => Class(members);

    [Theory]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { With(mdl, x => { uint k = n; a.MapTransfer(mdl, null, x, ref k, false); }); } static void With(Mdl mdl, Action<nuint> use) => use(MmGetMdlVirtualAddress(mdl));", TestDisplayName = "argument of the lambda")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { With(mdl, x => { uint k = n; a.MapTransfer(mdl, null, MmGetMdlBaseVa(mdl) + x, ref k, false); }); } static void With(Mdl mdl, Action<uint> use) => use(MmGetMdlByteOffset(mdl));", TestDisplayName = "offset that is added")]
    [InlineData("void F(Mdl mdl) => Hardware.ProgramList(With(mdl, bytes => new SgEntry[(bytes + PAGE_SIZE - 1) / PAGE_SIZE])); static T With<T>(Mdl mdl, Func<uint, T> use) => use(MmGetMdlByteOffset(mdl) + MmGetMdlByteCount(mdl));", TestDisplayName = "generic result")]
    [InlineData("void F(Mdl mdl, Mdl part, uint done) { With(mdl, va => IoBuildPartialMdl(mdl, part, va + done, 512)); } static void With(Mdl mdl, Action<nuint> use) => use(MmGetMdlBaseVa(mdl) + MmGetMdlByteOffset(mdl));", TestDisplayName = "position behind the start of the buffer")]
    [InlineData("void DispatchRead(Irp irp) => With(irp, mdl => Sink.Take(mdl.ByteCount)); static void With(Irp irp, Action<Mdl> use) { if (irp.MdlAddress is { } mdl) use(mdl); }", TestDisplayName = "the request's MDL")]
    [InlineData("void DispatchRead(Irp irp) => If(irp, () => Sink.Take(irp.MdlAddress!.ByteCount)); static void If(Irp irp, Action use) { if (irp.MdlAddress is not null) use(); }", TestDisplayName = "called behind the test of the helper")]
    [InlineData("void DispatchRead(Irp irp) => Try(irp, i => i.MdlAddress is not null, i => Sink.Take(i.MdlAddress!.ByteCount)); static void Try(Irp irp, Func<Irp, bool> test, Action<Irp> use) { if (test(irp)) use(irp); }", TestDisplayName = "called behind the test of another lambda")]
    [InlineData("NtStatus DispatchRead(Irp irp) => NonEmpty(irp, mdl => { Sink.Take(irp.MdlAddress!.ByteCount); return STATUS_SUCCESS; }); static NtStatus NonEmpty(Irp irp, Func<Mdl, NtStatus> use) => irp.MdlAddress is null ? STATUS_SUCCESS : use(irp.MdlAddress);", TestDisplayName = "result of a helper with a test")]
    [InlineData("Action? _later; void DispatchRead(Irp irp) { if (irp.MdlAddress is null) return; Keep(() => Sink.Take(irp.MdlAddress!.ByteCount)); } void Keep(Action action) => _later = action;", TestDisplayName = "kept for later behind a test")]
    public Task Callback_DoesNotReport(string members) => Class(members);

    [Theory]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = await Task.Run(() => MmGetMdlByteOffset(mdl)); a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "Task.Run")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = await Task.Run(() => { uint at = MmGetMdlByteOffset(mdl); return at; }).ConfigureAwait(false); a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "block, ConfigureAwait")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = await Task.Run(async () => { await Task.Yield(); return MmGetMdlByteOffset(mdl); }); a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "async lambda")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { Task<uint> work = Task.Factory.StartNew(() => MmGetMdlByteOffset(mdl)); await Task.Yield(); nuint x = await work; a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "task in a local")]
    [InlineData("void F(DmaAdapter a, uint n) { nuint x = Task.Run(Where).Result; a.MapTransfer(_mdl, null, {|MDL1001:x|}, ref n, false); } uint Where() => MmGetMdlByteOffset(_mdl);", TestDisplayName = "method group")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = MmGetMdlVirtualAddress(mdl); await Task.Run(() => { x = MmGetMdlByteOffset(mdl); }); a.MapTransfer(mdl, null, {|MDL1001:x|}, ref n, false); }", TestDisplayName = "assigned by the task")]
    [InlineData("SgEntry[] _list = []; async Task F(Mdl mdl) { uint length = MmGetMdlByteCount(mdl); await Task.Run(() => _list = new SgEntry[{|MDL1002:length / PAGE_SIZE|} + 1]); }", TestDisplayName = "array that is kept")]
    [InlineData("async Task F(Mdl mdl) { nuint p = await Task.Run(() => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)); Sink.Take(VirtualMemory.Read<byte>({|MDL2002:p|})); }", TestDisplayName = "mapping")]
    [InlineData("async Task DispatchRead(Irp irp) { Mdl? m = await Task.Run(() => irp.MdlAddress); Sink.Take({|MDL2001:m|}!.ByteCount); }", TestDisplayName = "the request's MDL")]
    [InlineData("void DispatchRead(Irp irp) => Task.Factory.StartNew(static s => Sink.Take({|MDL2001:((Irp)s!).MdlAddress|}!.ByteCount), irp);", TestDisplayName = "state of StartNew")]
    [InlineData("void F(Mdl mdl, DmaAdapter a) => ThreadPool.QueueUserWorkItem(static s => { uint n = 0; s.a.MapTransfer(s.mdl, null, {|MDL1001:s.at|}, ref n, false); }, (a, mdl, at: (nuint)MmGetMdlByteOffset(mdl)), preferLocal: true);", TestDisplayName = "state of a work item")]
    public Task Task_Reports(string members) => Class(members);

    [Theory]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = await Task.Run(() => MmGetMdlVirtualAddress(mdl)); a.MapTransfer(mdl, null, x, ref n, false); }", TestDisplayName = "Task.Run")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = await await Task.Factory.StartNew(async () => { await Task.Yield(); return MmGetMdlVirtualAddress(mdl); }); a.MapTransfer(mdl, null, x, ref n, false); }", TestDisplayName = "async lambda")]
    [InlineData("async Task F(Mdl mdl, DmaAdapter a, uint n) { nuint x = MmGetMdlByteOffset(mdl); await Task.Run(() => { x = MmGetMdlVirtualAddress(mdl); }); a.MapTransfer(mdl, null, x, ref n, false); }", TestDisplayName = "assigned by the task")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { nuint x = MmGetMdlByteOffset(mdl); Task.Run(() => { x = MmGetMdlVirtualAddress(mdl); }).Wait(); a.MapTransfer(mdl, null, x, ref n, false); }", TestDisplayName = "waited for")]
    [InlineData("void F(Mdl mdl, DmaAdapter a, uint n) { nuint x = MmGetMdlByteOffset(mdl); Task work = Task.Run(() => { x = MmGetMdlVirtualAddress(mdl); }); work.Wait(); a.MapTransfer(mdl, null, x, ref n, false); }", TestDisplayName = "waited for later")]
    [InlineData("async Task F(Mdl mdl) { nuint p = await Task.Run(() => MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute)); if (p != 0) Sink.Take(VirtualMemory.Read<byte>(p)); }", TestDisplayName = "mapping")]
    [InlineData("async Task DispatchRead(Irp irp) { Mdl? m = await Task.Run(() => irp.MdlAddress).ConfigureAwait(false); if (m is not null) Sink.Take(m.ByteCount); }", TestDisplayName = "the request's MDL")]
    [InlineData("void DispatchRead(Irp irp) { Mdl? m = Task.Run(() => irp.MdlAddress).GetAwaiter().GetResult(); if (m is not null) Sink.Take(m.ByteCount); Mdl? same = Task.FromResult(irp.MdlAddress).Result; if (same is not null) Sink.Take(same.ByteCount); }", TestDisplayName = "the request's MDL, waited for")]
    [InlineData("async Task DispatchRead(Irp irp) { if (!await Task.Run(() => irp.MdlAddress is not null)) return; Sink.Take(irp.MdlAddress!.ByteCount); }", TestDisplayName = "test in a task")]
    [InlineData("async Task DispatchRead(Irp irp) { await Task.Run(() => { if (irp.MdlAddress is null) throw new InvalidOperationException(); }); Sink.Take(irp.MdlAddress!.ByteCount); }", TestDisplayName = "task that fails without an MDL")]
    [InlineData("void DispatchRead(Irp irp) { if (irp.MdlAddress is null) return; Task.Factory.StartNew(static s => Sink.Take(((Irp)s!).MdlAddress!.ByteCount), irp); }", TestDisplayName = "state of StartNew")]
    [InlineData("void F(Mdl mdl, DmaAdapter a) => ThreadPool.QueueUserWorkItem(static s => { uint n = 0; s.a.MapTransfer(s.mdl, null, s.at, ref n, false); }, (a, mdl, at: MmGetMdlVirtualAddress(mdl)), preferLocal: true);", TestDisplayName = "state of a work item")]
    public Task Task_DoesNotReport(string members) => Class(members);
}
