using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The rule itself. D and N numbers are those of the defect and near-miss shapes; X marks shapes beyond the lists.</summary>
public sealed class MDL1001_OffsetUsedAsAddressTests
{
    [Fact] // D1
    public Task OffsetIntoAddressVariable_Reports() =>
        Method("nuint mdlAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(mdlAddress);");

    [Fact] // D2
    public Task OffsetCastToVa_Reports() =>
        Method("var va = (nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(va);");

    [Fact] // D2
    public Task OffsetCastToIntPtr_Reports() =>
        Method("var address = (IntPtr)(int){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(address);");

    [Fact] // D2
    public Task OffsetCastToVoidPointer_Reports() =>
        Method("void* p = (void*)(nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take((nuint)p);");

    [Fact] // D4
    public Task OffsetAssignedLater_Reports() =>
        Method("nuint va; if (isRead) n++; va = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(va);");

    [Fact] // D5
    public Task OffsetIntoAddressField_Reports() =>
        Method("_currentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|};");

    [Fact] // D5
    public Task OffsetIntoAddressProperty_Reports() =>
        Method("CurrentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|};");

    [Fact] // D7
    public Task ExpressionBodiedAddressProperty_Reports() =>
        Class("nuint BufferAddress => {|MDL1001:MmGetMdlByteOffset(_mdl)|};");

    [Fact] // D8
    public Task ReturnedAsVa_Reports() =>
        Class("static nuint GetBufferVa(Mdl m) => {|MDL1001:MmGetMdlByteOffset(m)|};");

    [Fact] // D8
    public Task ReturnedAsAddressFromBlock_Reports() =>
        Class("static nuint GetMdlAddress(Mdl m) { if (m.Next != null) return MmGetMdlVirtualAddress(m); return {|MDL1001:MmGetMdlByteOffset(m)|}; }");

    [Fact] // D10
    public Task RefParameterNamedVa_Reports() =>
        Class("static void Get(Mdl m, ref nuint currentVa) { currentVa = {|MDL1001:MmGetMdlByteOffset(m)|}; }");

    [Fact] // D10
    public Task OutParameterNamedAddress_Reports() =>
        Class("static void Get(Mdl m, out nuint bufferAddress) { bufferAddress = {|MDL1001:MmGetMdlByteOffset(m)|}; }");

    [Fact] // D11
    public Task DeconstructedIntoAddress_Reports() =>
        Method("(uint o, nuint address) = (MmGetMdlByteOffset(mdl), {|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(address + o);");

    [Fact] // D13
    public Task NamedArgumentCurrentVa_Reports() =>
        Method("adapter.GetScatterGatherList(device, mdl, currentVa: {|MDL1001:MmGetMdlByteOffset(mdl)|}, length: n, (d, i, l, c) => { }, null, false);");

    [Fact] // D14
    public Task FlushWithOffset_Reports() =>
        Method("adapter.FlushAdapterBuffers(mdl, registers, {|MDL1001:MmGetMdlByteOffset(mdl)|}, n, false);");

    [Fact] // D16
    public Task AllocateMdlAtOffset_Reports() =>
        Method("Mdl? copy = IoAllocateMdl({|MDL1001:MmGetMdlByteOffset(mdl)|}, n, false, false, null); Sink.Take(copy);");

    [Fact] // D17
    public Task TernaryThatMixesKinds_Reports() =>
        Method("nuint va = isRead ? MmGetMdlVirtualAddress(mdl) : {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(va);");

    [Fact] // D19
    public Task NullableTernary_Reports() =>
        Class("void Run(Mdl? mdl) { nuint? va = mdl is null ? null : {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(va); }");

    [Fact] // D19
    public Task NullConditionalWrapper_Reports() =>
        Class("static void Run(Irp irp) { nuint? bufferVa = {|MDL1001:irp.MdlAddress?.Offset()|}; Sink.Take(bufferVa); }", "static class Extensions { public static uint Offset(this Mdl m) => MmGetMdlByteOffset(m); }");

    [Fact] // D20
    public Task Lambda_Reports() =>
        Method("Func<Mdl, nuint> toVa = m => {|MDL1001:MmGetMdlByteOffset(m)|}; Sink.Take(toVa);");

    [Fact] // D22
    public Task BytePointer_Reports() =>
        Method("byte* b = (byte*){|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(*b);");

    [Fact] // D23
    public Task SpanOverOffset_Reports() =>
        Method("var bytes = new Span<byte>((void*)(nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}, (int)n); bytes.Clear();");

    [Fact] // D25
    public Task AliasChain_Reports() =>
        Method("var x = MmGetMdlByteOffset(mdl); var y = x; adapter.MapTransfer(mdl, registers, {|MDL1001:y|}, ref n, false);");

    [Fact] // D26
    public Task ThroughParameterNamedVa_Reports() =>
        Method("Start({|MDL1001:MmGetMdlByteOffset(mdl)|});", "static void Start(nuint currentVa) => Sink.Take(currentVa);");

    [Fact] // D28
    public Task NextMdlAddedToVa_Reports() =>
        Class("static nuint Advance(Mdl mdl, Mdl next) { nuint currentVa = MmGetMdlVirtualAddress(mdl); currentVa += {|MDL1001:MmGetMdlByteOffset(next)|}; return currentVa; }");

    [Fact] // D29
    public Task KeptAcrossAwait_Reports() =>
        Class("static async Task Run(Mdl m) { nuint va = {|MDL1001:MmGetMdlByteOffset(m)|}; await Task.Yield(); Sink.Take(va); }");

    [Fact] // D31
    public Task StoredInContext_Reports() =>
        Method("var context = new Context(); context.CurrentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(context);", "sealed class Context { public nuint CurrentVa; }");

    [Fact] // D32
    public Task EndAddressFromOffset_Reports() =>
        Method("nuint endVa = {|MDL1001:MmGetMdlByteOffset(mdl)|} + MmGetMdlByteCount(mdl); Sink.Take(endVa);");

    [Fact] // D34
    public Task DictionaryKeyedByAddress_Reports() =>
        Method("_byAddress[{|MDL1001:MmGetMdlByteOffset(mdl)|}] = 1;", "readonly Dictionary<nuint, int> _byAddress = [];");

    [Fact] // D35
    public Task OffsetAsLengthArgument_Reports() =>
        Method("adapter.FlushAdapterBuffers(mdl, registers, MmGetMdlVirtualAddress(mdl), length: {|MDL1001:MmGetMdlByteOffset(mdl)|}, false);");

    [Fact] // D35
    public Task OffsetAsLengthVariable_Reports() =>
        Method("uint length = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(length);");

    [Fact] // D35
    public Task OffsetAsLoopBound_Reports() =>
        Method("for (uint i = 0; i < {|MDL1001:MmGetMdlByteOffset(mdl)|}; i++) Sink.Take(VirtualMemory.Read<byte>(_currentVa + i));");

    [Fact] // D37
    public Task AddressAsOffset_Reports() =>
        Method("uint off = (uint){|MDL1001:MmGetMdlVirtualAddress(mdl)|}; Sink.Take(PAGE_ALIGN(0x5000) + off);");

    [Fact] // D41
    public Task SameAccessorTwiceUnderTwoNouns_ReportsTheAddress() =>
        Method("uint mdlOffset = MmGetMdlByteOffset(mdl); nuint mdlAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(mdlAddress + mdlOffset);");

    [Fact] // D44
    public Task CheckedConversion_Reports() =>
        Method("nuint va = checked((nuint){|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(va);");

    [Fact] // D44
    public Task UncheckedConversion_Reports() =>
        Method("nint address = unchecked((nint){|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(address);");

    [Fact] // D44
    public Task ConvertToUInt64_Reports() =>
        Method("ulong virtualAddress = Convert.ToUInt64({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(virtualAddress);");

    [Fact] // D44
    public Task GenericMathConversion_Reports() =>
        Method("nuint va = nuint.CreateChecked({|MDL1001:MmGetMdlByteOffset(mdl)|}); Sink.Take(va);");

    [Fact] // D44
    public Task ImplicitWidening_Reports() =>
        Method("ulong bufferAddress = {|MDL1001:MmGetMdlByteOffset(mdl)|}; long startVa = {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(bufferAddress); Sink.Take(startVa);");

    [Fact] // X: the member instead of the routine
    public Task MemberByteOffset_Reports() =>
        Method("nuint mdlAddress = {|MDL1001:mdl.ByteOffset|}; Sink.Take(mdlAddress);");

    [Fact] // X: reading memory at the offset
    public Task ReadThroughOffset_Reports() =>
        Method("Sink.Take(VirtualMemory.Read<byte>({|MDL1001:MmGetMdlByteOffset(mdl)|}));");

    [Fact] // X: copying from the offset
    public Task CopyFromOffset_Reports() =>
        Method("RtlCopyMemory(_currentVa, {|MDL1001:MmGetMdlByteOffset(mdl)|}, n);");

    [Fact] // X: partial MDL over the offset
    public Task PartialMdlAtOffset_Reports() =>
        Class("static void Split(Mdl source, Mdl target) => IoBuildPartialMdl(source, target, {|MDL1001:MmGetMdlByteOffset(source)|}, 16);");

    [Fact] // X: initializing a header with the offset
    public Task InitializeMdlAtOffset_Reports() =>
        Method("MmInitializeMdl(_mdl, {|MDL1001:MmGetMdlByteOffset(mdl)|}, n);");

    [Fact] // X: object initializer
    public Task ObjectInitializer_Reports() =>
        Method("var t = new Context { CurrentVa = {|MDL1001:MmGetMdlByteOffset(mdl)|} }; Sink.Take(t);", "sealed class Context { public nuint CurrentVa; }");

    [Fact] // X: constructor argument of a record
    public Task RecordArgument_Reports() =>
        Method("var t = new Piece({|MDL1001:MmGetMdlByteOffset(mdl)|}, n); Sink.Take(t);", "record Piece(nuint CurrentVa, uint Length);");

    [Fact] // X: with expression
    public Task WithExpression_Reports() =>
        Class("record Piece(nuint CurrentVa, uint Length); static Piece Move(Piece p, Mdl m) => p with { CurrentVa = {|MDL1001:MmGetMdlByteOffset(m)|} };");

    [Fact] // X: switch expression
    public Task SwitchExpressionArm_Reports() =>
        Method("nuint currentVa = n switch { 0 => MmGetMdlVirtualAddress(mdl), _ => {|MDL1001:MmGetMdlByteOffset(mdl)|} }; Sink.Take(currentVa);");

    [Fact] // X: local function
    public Task LocalFunction_Reports() =>
        Method("nuint BufferVa() => {|MDL1001:MmGetMdlByteOffset(mdl)|}; Sink.Take(BufferVa());");

    [Fact] // X: advanced by what was transferred
    public Task OffsetPlusProgress_Reports() =>
        Method("uint done = 0; uint length = n; adapter.MapTransfer(mdl, registers, {|MDL1001:MmGetMdlByteOffset(mdl)|} + done, ref length, false);");

    [Fact] // X: a variable filled on two paths, wrong on one
    public Task WrongOnOnePath_Reports() =>
        Method("nuint start = MmGetMdlVirtualAddress(mdl); if (isRead) start = {|MDL1001:MmGetMdlByteOffset(mdl)|}; adapter.MapTransfer(mdl, registers, start, ref n, false);");

    [Fact] // X: unqualified and qualified names are the same routine
    public Task QualifiedName_Reports() =>
        Method("nuint va = {|MDL1001:MemoryManager.MmGetMdlByteOffset(mdl)|}; Sink.Take(va);");

    [Fact] // X: a helper that returns the offset under another name
    public Task ThroughHelper_Reports() =>
        Method("nuint va = {|MDL1001:Where(mdl)|}; Sink.Take(va);", "static uint Where(Mdl m) => MmGetMdlByteOffset(m);");

    [Fact] // X: annotated wrapper
    public Task AnnotatedWrapper_Reports() =>
        Method("nuint va = {|MDL1001:Native.GetOffset(mdl)|}; Sink.Take(va);", "static class Native { [return: MdlValue(MdlValueKind.ByteOffset)] public static extern uint GetOffset(Mdl mdl); }");

    [Fact] // N1
    public Task OffsetVariable_DoesNotReport() =>
        Method("uint offset = MmGetMdlByteOffset(mdl); nuint offsetInPage = offset; nuint byteOffset = MmGetMdlByteOffset(mdl); Sink.Take(offsetInPage + byteOffset);");

    [Fact] // N2
    public Task OffsetAddedToPageBase_DoesNotReport() =>
        Method("nuint start = PAGE_ALIGN(_currentVa) + MmGetMdlByteOffset(mdl); Sink.Take(start);");

    [Fact] // N4
    public Task OffsetAddedToPhysicalPage_DoesNotReport() =>
        Method("var pfns = MmGetMdlPfnArray(mdl); ulong pa = ((ulong)pfns[0] << 12) + MmGetMdlByteOffset(mdl); Hardware.Program(pa, Math.Min(n, PAGE_SIZE - MmGetMdlByteOffset(mdl)));");

    [Fact] // N5
    public Task SpanPagesOfOffset_DoesNotReport() =>
        Method("uint pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlByteOffset(mdl), n); Sink.Take(pages);");

    [Fact] // N7
    public Task ParameterNamedOffset_DoesNotReport() =>
        Method(
            "Skip(MmGetMdlByteOffset(mdl)); At(MmGetMdlByteOffset(mdl)); Shift(MmGetMdlByteOffset(mdl));",
            "static void Skip(nuint addressOffset) { } static void At(nuint index) { } static void Shift(nuint displacement) { }");

    [Fact] // N8
    public Task OutOffset_DoesNotReport() =>
        Class("static void Query(Mdl m, out uint offset, out uint length) { offset = MmGetMdlByteOffset(m); length = MmGetMdlByteCount(m); }");

    [Fact] // N10
    public Task OffsetTakenFromAddress_DoesNotReport() =>
        Method("nuint va = MmGetMdlVirtualAddress(mdl); uint a = BYTE_OFFSET(va); uint offset = (uint)(va & 0xFFF); uint off = (uint)va & 0xFFF; Sink.Take(a + offset + off);");

    [Fact] // N11
    public Task AssertedEquality_DoesNotReport() =>
        Method("nuint va = MmGetMdlVirtualAddress(mdl); Debug.Assert(BYTE_OFFSET(va) == MmGetMdlByteOffset(mdl));");

    [Fact] // N13
    public Task TestAssertion_DoesNotReport() =>
        Method("Equal(0x123u, MmGetMdlByteOffset(mdl));", "static void Equal<T>(T expected, T actual) { }");

    [Fact] // N14
    public Task DifferenceOfAddresses_DoesNotReport() =>
        Method("long delta = (long)(_currentVa - MmGetMdlVirtualAddress(mdl)); Skip((ulong)delta);", "static void Skip(ulong offset) { }");

    [Fact] // N16
    public Task MethodNamedOffset_DoesNotReport() =>
        Class("static nuint GetAddressOffset(Mdl m) => MmGetMdlByteOffset(m);");

    [Fact] // N17
    public Task WrapperProperty_DoesNotReport() =>
        Class("public uint ByteOffset => MmGetMdlByteOffset(_mdl); public nuint VirtualAddress => MmGetMdlVirtualAddress(_mdl);");

    [Fact] // N19
    public Task NameOf_DoesNotReport() =>
        Method("string address = nameof(MmGetMdlByteOffset); Sink.Take(address);");

    [Fact] // N20
    public Task RoutineOfTheSameNameElsewhere_DoesNotReport() =>
        Method("nuint va = Other.MmGetMdlByteOffset(mdl); Sink.Take(va);", "static class Other { public static nuint MmGetMdlByteOffset(Mdl m) => (nuint)m.Size; }");

    [Fact] // N22
    public Task AlignmentTest_DoesNotReport() =>
        Method("uint alignMask = adapter.GetDmaAlignment() - 1; if ((MmGetMdlByteOffset(mdl) & alignMask) != 0) Sink.Take(n);");

    [Fact] // N23
    public Task IndexIntoPage_DoesNotReport() =>
        Method("byte[] pageBytes = new byte[4096]; Sink.Take(pageBytes[MmGetMdlByteOffset(mdl)]); Span<byte> page = pageBytes; Sink.Take(page.Slice((int)MmGetMdlByteOffset(mdl)));");

    [Fact] // N25
    public Task ExtentFromPageStart_DoesNotReport() =>
        Method("uint length = MmGetMdlByteOffset(mdl) + MmGetMdlByteCount(mdl); Sink.Take(length);");

    [Fact] // N26
    public Task AddressOnlyPrinted_DoesNotReport() =>
        Method("var va = MmGetMdlVirtualAddress(mdl); Console.WriteLine($\"{va:X}\"); if (va == _currentVa) Sink.Take(n);");

    [Fact] // N28
    public Task NarrowOffset_DoesNotReport() =>
        Method("ushort inPage = checked((ushort)MmGetMdlByteOffset(mdl)); Sink.Take(inPage);");

    [Fact] // N29
    public Task Discard_DoesNotReport() =>
        Method("_ = MmGetMdlByteOffset(mdl);");

    [Fact] // N32
    public Task OffsetsOfTwoMdls_DoesNotReport() =>
        Class("static uint Sum(Mdl a, Mdl b) { uint first = MmGetMdlByteOffset(a); uint second = MmGetMdlByteOffset(b); return first + second; }");

    [Fact] // XN: the sum of base and offset is the address, however it is written
    public Task BasePlusOffset_DoesNotReport() =>
        Method("nuint address = MmGetMdlBaseVa(mdl); address += MmGetMdlByteOffset(mdl); adapter.MapTransfer(mdl, registers, address, ref n, false);");

    [Fact] // XN: base or offset
    public Task BaseOrOffset_DoesNotReport() =>
        Method("nuint va = MmGetMdlBaseVa(mdl) | MmGetMdlByteOffset(mdl); adapter.MapTransfer(mdl, registers, va, ref n, false);");

    [Fact] // XN: the correct accessor
    public Task VirtualAddress_DoesNotReport() =>
        Method("nuint mdlAddress = MmGetMdlVirtualAddress(mdl); adapter.MapTransfer(mdl, registers, mdlAddress, ref n, false);");

    [Fact] // XN: address names whose head noun is an offset
    public Task AddressQualifiedOffset_DoesNotReport() =>
        Method("nuint vaOffset = MmGetMdlByteOffset(mdl); nuint addressLow12 = MmGetMdlByteOffset(mdl); nuint offsetOfBufferAddress = MmGetMdlByteOffset(mdl); Sink.Take(vaOffset + addressLow12 + offsetOfBufferAddress);");

    [Fact] // XN: room left in the first page
    public Task RoomInFirstPage_DoesNotReport() =>
        Method("uint first = PAGE_SIZE - MmGetMdlByteOffset(mdl); uint length = Math.Min(first, n); Sink.Take(length);");

    [Fact] // XN: the version 3 position counts from the start of the MDL
    public Task TransferOffsetZero_DoesNotReport() =>
        Method("adapter.FlushAdapterBuffersEx(mdl, registers, 0, n, false);");

    [Fact] // XN: mapped address
    public Task SystemAddress_DoesNotReport() =>
        Method("nuint address = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute); if (address != 0) Sink.Take(VirtualMemory.Read<byte>(address));");

    [Fact] // XN: progress inside the MDL added to its address
    public Task VaPlusProgress_DoesNotReport() =>
        Method("uint done = 0; while (done < n) { uint length = n - done; adapter.MapTransfer(mdl, registers, MmGetMdlVirtualAddress(mdl) + done, ref length, false); done += length; }");

    [Fact] // XN: comparing the offset
    public Task OffsetCompared_DoesNotReport() =>
        Method("bool isAligned = MmGetMdlByteOffset(mdl) == 0; nuint address = isAligned ? MmGetMdlVirtualAddress(mdl) : _currentVa; Sink.Take(address);");

    [Fact] // XN: overwritten before it is used
    public Task OverwrittenBeforeUse_DoesNotReport() =>
        Method("nuint x = MmGetMdlByteOffset(mdl); Sink.Take(x); x = MmGetMdlVirtualAddress(mdl); adapter.MapTransfer(mdl, registers, x, ref n, false);");

    [Theory]
    [InlineData("uint lowOffset = {|MDL1001:(uint)va|}; Sink.Take(lowOffset);")]
    [InlineData("nuint low = off; adapter.MapTransfer(mdl, registers, {|MDL1001:low|}, ref len, false);")]
    public Task LowPart_Reports(string body) => Pages(body);
}
