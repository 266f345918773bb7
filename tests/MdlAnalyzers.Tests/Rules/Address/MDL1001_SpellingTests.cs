using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The same mistake in the many ways C# can spell it.</summary>
public sealed class MDL1001_SpellingTests
{
    [Fact]
    public Task PrimaryConstructorArgument_Reports() =>
        Class("sealed class Cursor(nuint bufferVa) { public nuint Va => bufferVa; } static Cursor Make(Mdl m) => new({|MDL1001:MmGetMdlByteOffset(m)|});");

    [Fact]
    public Task ConstLocalInSum_Reports() =>
        Method("const int zero = 0; nuint address = (nuint)zero + {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(address);");

    [Fact]
    public Task UncheckedBlock_Reports() =>
        Method("nint va; unchecked { va = (nint)(int){|MDL1001:MmGetMdlByteOffset(mdl)|}; } Sink.Take(va);");

    [Fact]
    public Task CheckedStatement_Reports() =>
        Method("ulong bufferVa; checked { bufferVa = (ulong)(long){|MDL1001:MmGetMdlByteOffset(mdl)|}; } Sink.Take(bufferVa);");

    [Fact]
    public Task NestedTernary_Reports() =>
        Method("nuint va = n == 0 ? _currentVa : isRead ? MmGetMdlVirtualAddress(mdl) : {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(va);");

    [Fact]
    public Task CoalesceOfNullable_Reports() =>
        Method("uint? cached = MmGetMdlByteOffset(mdl); nuint va = {|MDL1001:cached ?? 0|}; Sink.Take(va);");

    [Fact]
    public Task SwitchStatement_Reports() =>
        Method("nuint currentVa; switch (n) { case 0: currentVa = MmGetMdlVirtualAddress(mdl); break; default: currentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|}; break; } adapter.MapTransfer(mdl, registers, currentVa, ref n, false);");

    [Fact]
    public Task RefLocal_Reports() =>
        Method("ref nuint slot = ref _currentVa; slot = MmGetMdlByteOffset(mdl); adapter.MapTransfer(mdl, registers, {|MDL1001:_currentVa|}, ref n, false);");

    [Fact]
    public Task OutFromHelper_Reports() =>
        Class("static void Get(Mdl m, out nuint where) => where = MmGetMdlByteOffset(m); void Run(Mdl m, DmaAdapter a, uint n) { Get(m, out nuint x); a.MapTransfer(m, null, {|MDL1001:x|}, ref n, false); }");

    [Fact]
    public Task ExtensionMethod_Reports() =>
        Class("void Run(Mdl m, DmaAdapter a, uint n) => a.MapTransfer(m, null, {|MDL1001:m.Where()|}, ref n, false);", "internal static class MdlExtensions { public static nuint Where(this Mdl m) => MmGetMdlByteOffset(m); }");

    [Fact]
    public Task GetterWithBlock_Reports() =>
        Class("nuint MdlAddress { get { return {|MDL1001:MmGetMdlByteOffset(_mdl)|}; } }");

    [Fact]
    public Task LazyField_Reports() =>
        Class("nuint? _bufferVa; nuint Va() => _bufferVa ??= {|MDL1001:MmGetMdlByteOffset(_mdl)|};");

    [Fact]
    public Task ForeachOverMdls_Reports() =>
        Method("foreach (Mdl m in new[] { mdl, _mdl }) { nuint va = {|MDL1001:MmGetMdlByteOffset(m)|}; Sink.Take(va); }");

    [Fact]
    public Task WhileChain_Reports() =>
        Method("Mdl? m = mdl; nuint va = 0; while (m is not null) { va = {|MDL1001:MmGetMdlByteOffset(m)|}; Sink.Take(va); m = m.Next; }");

    [Fact]
    public Task TryFinally_Reports() =>
        Method("nuint va = 0; try { va = {|MDL1001:MmGetMdlByteOffset(mdl)|}; } finally { Sink.Take(va); }");

    [Fact]
    public Task PInvoke_Reports() =>
        Method(
            "nuint va = {|MDL1001:Native.Offset(mdl)|}; Sink.Take(va);",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] [return: MdlValue(MdlValueKind.ByteOffset)] public static extern uint Offset(Mdl m); }");

    [Fact]
    public Task AnnotatedSink_Reports() =>
        Method(
            "Native.Start({|MDL1001:MmGetMdlByteOffset(mdl)|}, mdl);",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] public static extern void Start([MdlValue(MdlValueKind.MdlVirtualAddress)] nuint x, Mdl m); }");

    [Fact]
    public Task AnnotatedField_Reports() =>
        Method("_where = {|MDL1001:MmGetMdlByteOffset(mdl)|};", "[MdlValue(MdlValueKind.MdlVirtualAddress)] nuint _where;");

    [Fact]
    public Task AnnotatedProperty_Reports() =>
        Method("Where = {|MDL1001:MmGetMdlByteOffset(mdl)|};", "[MdlValue(MdlValueKind.MdlVirtualAddress)] nuint Where { get; set; }");

    [Fact]
    public Task AnnotatedReturnOfAMember_Reports() =>
        Method("Sink.Take(Where());", "[return: MdlValue(MdlValueKind.MdlVirtualAddress)] nuint Where() => {|MDL1001:MmGetMdlByteOffset(_mdl)|};");

    [Fact]
    public Task StaticLocalFunction_Reports() =>
        Method("static nuint AddressOf(Mdl m) { return {|MDL1001:MmGetMdlByteOffset(m)|}; } Sink.Take(AddressOf(mdl));");

    [Fact]
    public Task LambdaWithBlock_Reports() =>
        Method("Func<Mdl, nuint> getBufferVa = static m => { return {|MDL1001:MmGetMdlByteOffset(m)|}; }; Sink.Take(getBufferVa(mdl));");

    [Fact]
    public Task AnonymousObject_Reports() =>
        Method("var t = new { Va = (nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}, Length = n }; Sink.Take(t);");

    [Fact]
    public Task RecordStruct_Reports() =>
        Method("var t = new Piece { Va = {|MDL1001:MmGetMdlByteOffset(mdl)|} }; Sink.Take(t);", "record struct Piece { public nuint Va { get; init; } }");

    [Fact]
    public Task AddressFromCountSwap_Reports() =>
        Method("nuint mdlAddress = {|MDL1001:MmGetMdlByteCount(mdl)|}; Sink.Take(mdlAddress);");

    [Fact]
    public Task CountGivenAsPosition_Reports() =>
        Method("adapter.MapTransfer(mdl, registers, {|MDL1001:MmGetMdlByteCount(mdl)|}, ref n, false);");

    [Fact]
    public Task AddressGivenAsLength_Reports() =>
        Method("adapter.FlushAdapterBuffers(mdl, registers, MmGetMdlVirtualAddress(mdl), (uint){|MDL1001:MmGetMdlVirtualAddress(mdl)|}, false);");

    [Fact]
    public Task OffsetAsCopyLength_Reports() =>
        Method("RtlCopyMemory(_currentVa, _currentVa, {|MDL1001:MmGetMdlByteOffset(mdl)|});");

    [Fact]
    public Task NintReinterpreted_Reports() =>
        Method("nint pointer = (nint)(void*)(nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(pointer);");

    [Fact]
    public Task UnsafePointerArithmetic_Reports() =>
        Method("byte* data = (byte*)0 + {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(*data);");

    [Fact]
    public Task Aliased_Reports() =>
        Method("System.UIntPtr va = new UIntPtr({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(va);");

    [Fact]
    public Task ConvertedToInt64_Reports() =>
        Method("long startAddress = Convert.ToInt64({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(startAddress);");

    [Fact]
    public Task CreateTruncating_Reports() =>
        Method("ulong address = ulong.CreateTruncating({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(address);");

    [Fact]
    public Task GotoPath_Reports() =>
        Method("nuint va = MmGetMdlVirtualAddress(mdl); if (isRead) goto done; va = {|MDL1001:MmGetMdlByteOffset(mdl)|}; done: Sink.Take(va);");

    [Fact]
    public Task SwapInDeconstruction_Reports() =>
        Method("var (address, length) = ({|MDL1001:MmGetMdlByteOffset(mdl)|}, MmGetMdlByteCount(mdl)); Sink.Take(address + length);");

    [Fact]
    public Task QueueOfAddresses_Reports() =>
        Method("var addresses = new Queue<nuint>(); addresses.Enqueue({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(addresses);");

    [Fact]
    public Task AssignedInCondition_Reports() =>
        Method("nuint va; if ((va = {|MDL1001:MmGetMdlByteOffset(mdl)|}) != 0) Sink.Take(va);");

    [Fact]
    public Task IfPatternVariable_Reports() =>
        Method("if ({|MDL1001:MmGetMdlByteOffset(mdl)|} is var bufferAddress && bufferAddress != 0) Sink.Take(bufferAddress);");

    [Fact]
    public Task ChainedAssignment_Reports() =>
        Method("_currentVa = CurrentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|};");

    [Fact]
    public Task FieldInitializedLater_Reports() =>
        Class("readonly nuint _bufferAddress; Driver(Mdl m) => _bufferAddress = {|MDL1001:MmGetMdlByteOffset(m)|};");

    [Fact]
    public Task AsyncReturn_Reports() =>
        Class("static async Task<nuint> GetMdlAddressAsync(Mdl m) { await Task.Yield(); return {|MDL1001:MmGetMdlByteOffset(m)|}; }");

    [Fact]
    public Task IteratorOfAddresses_Reports() =>
        Class("static IEnumerable<nuint> Addresses(Mdl? m) { for (; m is not null; m = m.Next) yield return {|MDL1001:MmGetMdlByteOffset(m)|}; }");

    [Fact]
    public Task NullConditional_Reports() =>
        Method("Mdl? next = mdl.Next; nuint? va = next?{|MDL1001:.ByteOffset|}; Sink.Take(va);");

    [Fact]
    public Task ThroughInterlocked_Reports() =>
        Method("Interlocked.Exchange(ref _currentVa, {|MDL1001:MmGetMdlByteOffset(mdl)|});");

    [Fact]
    public Task VolatileWrite_Reports() =>
        Method("Volatile.Write(ref _currentVa, {|MDL1001:MmGetMdlByteOffset(mdl)|});");

    [Fact]
    public Task OptionalParameterNamed_Reports() =>
        Class("void Start(uint length, nuint mdlVa = 0) { } void Run(Mdl m) => Start(mdlVa: {|MDL1001:MmGetMdlByteOffset(m)|}, length: 1);");

    [Fact]
    public Task ListAdd_Reports() =>
        Method("var addresses = new List<nuint>(); addresses.Add({|MDL1001:MmGetMdlByteOffset(mdl)|});");
}
