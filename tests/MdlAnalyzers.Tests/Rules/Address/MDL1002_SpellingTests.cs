using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>The same mistake in the many ways C# can spell it.</summary>
public sealed class MDL1002_SpellingTests
{
    [Fact]
    public Task CheckedRoundUp_Reports() =>
        Pages("uint pages = checked({|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|}); _sg = new SgEntry[pages];");

    [Fact]
    public Task UncheckedCasts_Reports() =>
        Pages("int pages = unchecked((int)({|MDL1002:((ulong)len + 0xFFFUL) >> 12|})); _sg = new SgEntry[pages];");

    [Fact]
    public Task ConstLocals_Reports() =>
        Pages("const int shift = 12; const uint mask = (1u << shift) - 1; uint pages = {|MDL1002:(len + mask) >> shift|}; _sg = new SgEntry[pages];");

    [Fact]
    public Task TernaryTail_Reports() =>
        Pages("uint pages = (len & 0xFFF) != 0 ? ({|MDL1002:len >> 12|}) + 1 : len >> 12; _sg = new SgEntry[pages];");

    [Fact]
    public Task SwitchOnRanges_Reports() =>
        Pages("_sg = new SgEntry[len switch { > 8192 => 3, {|MDL1002:> 4096|} => 2, _ => 1 }];");

    [Fact]
    public Task LocalFunctionOverLength_Reports() =>
        Pages("uint Count(uint bytes) => {|MDL1002:bytes / PAGE_SIZE|} + (bytes % PAGE_SIZE == 0 ? 0u : 1u); _sg = new SgEntry[Count(len)];");

    [Fact]
    public Task ExtensionCount_Reports() =>
        Class("void Run(Mdl m) => _sg = new SgEntry[m.PageCount()];", "internal static class MdlExtensions { public static uint PageCount(this Mdl m) => {|MDL1002:(m.ByteCount + PAGE_SIZE - 1) / PAGE_SIZE|}; }");

    [Fact]
    public Task OutHelper_Reports() =>
        Class("static void Split(uint bytes, out uint pages) => pages = (bytes + 4095) >> 12; void Run(Mdl m) { {|MDL1002:Split(MmGetMdlByteCount(m), out uint pages)|}; _sg = new SgEntry[pages]; }");

    [Fact]
    public Task TupleOfCounts_Reports() =>
        Pages("var (pages, rest) = ({|MDL1002:len / PAGE_SIZE|}, len % PAGE_SIZE); if (rest != 0) pages++; _sg = new SgEntry[pages];");

    [Fact]
    public Task RecordMember_Reports() =>
        Pages("var plan = new Plan({|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|}); _sg = new SgEntry[plan.Pages];", "record Plan(uint Pages);");

    [Fact]
    public Task WhileOverPages_Reports() =>
        Pages("uint left = {|MDL1002:len / PAGE_SIZE|}; int i = 0; while (left-- > 0) Hardware.SendFrame(pfns[i++]);");

    [Fact]
    public Task ForeachOverSlice_Reports() =>
        Pages("foreach (nuint pfn in pfns.Slice(0, (int)({|MDL1002:(len + 4095) / 4096|}))) Hardware.SendFrame(pfn);");

    [Fact]
    public Task MathMaxOfOne_Reports() =>
        Pages("uint pages = Math.Max(1, {|MDL1002:len / 4096|}); _sg = new SgEntry[pages];");

    [Fact]
    public Task CeilingOfDecimal_Reports() =>
        Pages("uint pages = (uint){|MDL1002:Math.Ceiling((double)len / PAGE_SIZE)|}; _sg = new SgEntry[pages];");

    [Fact]
    public Task ShiftAssignFrames_Reports() =>
        Pages("ulong pa = pfns[0]; {|MDL1002:pa <<= 12|}; Hardware.Address = pa;");

    [Fact]
    public Task FrameOfAllWithForeach_Reports() =>
        Pages("foreach (nuint pfn in pfns) Hardware.Program({|MDL1002:(ulong)pfn << PAGE_SHIFT|}, PAGE_SIZE);");

    [Fact]
    public Task FrameArrayCopy_Reports() =>
        Pages("nuint[] frames = pfns.ToArray(); Hardware.Address = {|MDL1002:(ulong)frames[0] * 4096|};");

    [Fact]
    public Task FramesOfAccessor_Reports() =>
        Method("Hardware.Address = {|MDL1002:(ulong)MmGetMdlPfnArray(mdl)[0] << 12|};");

    [Fact]
    public Task FrameThroughLocal_Reports() =>
        Pages("nuint first = pfns[0]; ulong pa = {|MDL1002:(ulong)first << PAGE_SHIFT|}; Hardware.Program(pa, len);");

    [Fact]
    public Task FirstChunkByTernary_Reports() =>
        Pages("uint first = {|MDL1002:len < PAGE_SIZE|} ? len : PAGE_SIZE; Hardware.Program(((ulong)pfns[0] << 12) + off, first);");

    [Fact]
    public Task FirstChunkByClamp_Reports() =>
        Pages("uint first = {|MDL1002:Math.Clamp(len, 0, PAGE_SIZE)|}; Hardware.Program(((ulong)pfns[0] << 12) + off, first);");

    [Fact]
    public Task FirstChunkOfUintMin_Reports() =>
        Pages("uint first = {|MDL1002:uint.Min(len, 4096u)|}; Hardware.Program(((ulong)pfns[0] << 12) + off, first);");

    [Fact]
    public Task EndByCompound_Reports() =>
        Pages("nuint end = MmGetMdlBaseVa(mdl); {|MDL1002:end += len|}; Sink.Take(end);");

    [Fact]
    public Task EndOfStartVa_Reports() =>
        Pages("nuint end = {|MDL1002:mdl.StartVa + mdl.ByteCount - 1|}; Sink.Take(end);");

    [Fact]
    public Task InLambda_Reports() =>
        Pages("Func<uint> count = () => {|MDL1002:(MmGetMdlByteCount(mdl) + PAGE_SIZE - 1) / PAGE_SIZE|}; _sg = new SgEntry[count()];");

    [Fact]
    public Task InTryFinally_Reports() =>
        Pages("uint pages = 0; try { pages = {|MDL1002:(len + PAGE_SIZE - 1) / PAGE_SIZE|}; } finally { _sg = new SgEntry[pages]; }");

    [Fact]
    public Task NestedIf_Reports() =>
        Pages(
            "uint pages = 1; if (isRead) { if (len != 0) pages = {|MDL1002:BYTES_TO_PAGES(len)|}; } _sg = new SgEntry[pages];",
            "static uint BYTES_TO_PAGES(uint n) => (n + 4095) >> 12;");

    [Fact]
    public Task MapRegistersAnnotated_Reports() =>
        Pages(
            "Native.Reserve({|MDL1002:(len + 4095) / 4096|});",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] public static extern void Reserve([MdlValue(MdlValueKind.MapRegisterCount)] uint x); }");

    [Fact]
    public Task AnnotatedLength_Reports() =>
        Method(
            "uint pages = {|MDL1002:(Native.Length(mdl) + 4095) / 4096|}; _sg = new SgEntry[pages];",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] [return: MdlValue(MdlValueKind.ByteCount)] public static extern uint Length(Mdl m); }");

    [Fact]
    public Task AnnotatedMacro_Reports() =>
        Method(
            "_sg = new SgEntry[{|MDL1002:Native.Pages(MmGetMdlByteCount(mdl))|}];",
            "static class Native { [System.Runtime.InteropServices.DllImport(\"k\")] [MdlMacro(MdlMacro.BytesToPages)] public static extern uint Pages(uint bytes); }");

    [Fact]
    public Task TailPiece_Reports() =>
        Pages("uint tail = {|MDL1002:len % PAGE_SIZE|}; if (tail != 0) Hardware.Program((ulong)pfns[^1] << 12, tail);");

    [Fact]
    public Task QualifiedMacro_Reports() =>
        Pages("_sg = new SgEntry[{|MDL1002:WdkMacros.BYTES_TO_PAGES(MemoryManager.MmGetMdlByteCount(mdl))|}];");

    [Fact]
    public Task DoWhileOverPositions_Reports() =>
        Pages("uint done = 0; do { Hardware.SendFrame(pfns[(int)({|MDL1002:done >> PAGE_SHIFT|})]); done += PAGE_SIZE; } while (done < len);");

    [Fact]
    public Task ReturnedCount_Reports() =>
        Pages(
            "Sink.Take(Count(mdl));",
            "static uint Count(Mdl m) { uint bytes = MmGetMdlByteCount(m); return {|MDL1002:bytes / PAGE_SIZE|} + (bytes % PAGE_SIZE > 0 ? 1u : 0u); }");

    [Fact]
    public Task EnvironmentPageSize_Reports() =>
        Pages("int pages = {|MDL1002:((int)len + Environment.SystemPageSize - 1) / Environment.SystemPageSize|}; _sg = new SgEntry[pages];");

    [Fact]
    public Task GotoLoop_Reports() =>
        Pages("uint i = 0; next: if (i < {|MDL1002:len / PAGE_SIZE|}) { Hardware.SendFrame(pfns[(int)i]); i++; goto next; }");

    [Fact]
    public Task PartialMdlInPieces_Reports() =>
        Pages("Mdl? t = {|MDL1002:IoAllocateMdl(0, 8192, false, false, null)|}; if (t is null) return; for (uint done = 0; done < len; done += 8192) { IoBuildPartialMdl(mdl, t, va + done, Math.Min(8192, len - done)); MmPrepareMdlForReuse(t); }");
}
