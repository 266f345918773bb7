using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Testing;
using static MdlAnalyzers.Tests.Rules.RuleVerifier;

namespace MdlAnalyzers.Tests.Rules.Address;

/// <summary>Correct uses of the accessors that come close to the mistake.</summary>
public sealed class MDL1001_NearMissTests
{
    [Fact]
    public Task OffsetLocalConst_DoesNotReport() =>
        Method("const uint mask = 0xFFF; uint low = (uint)MmGetMdlVirtualAddress(mdl) & mask; ushort offset = (ushort)(MmGetMdlVirtualAddress(mdl) % PAGE_SIZE); Sink.Take(low + offset);");

    // The low part of an address may be its low half, or the lower end of a range.
    [Theory]
    [InlineData("ulong low = (ulong)(uint)va; ulong high = (ulong)va >> 32; Sink.Take((high << 32) | low);")]
    [InlineData("uint low = (uint)va, high = (uint)(va >> 32); Sink.Take(((ulong)high << 32) | low);")]
    [InlineData("nuint low = MmGetMdlVirtualAddress(mdl), high = low + MmGetMdlByteCount(mdl); if (n > high - low) return;")]
    [InlineData("nuint low = isRead ? MmGetMdlVirtualAddress(mdl) : 0; Sink.Take(low);")]
    [InlineData("(nuint low, nuint high) = (va, va + len - 1); adapter.MapTransfer(mdl, registers, low, ref len, false); Sink.Take(high);")]
    [InlineData("uint lowBits = (uint)(va & 0xFFF), vaLow = off; Sink.Take((lowBits, vaLow));")]
    public Task LowPart_DoesNotReport(string body) => Pages(body);

    [Fact]
    public Task OffsetWithBase_DoesNotReport() =>
        Method("nuint va = MmGetMdlBaseVa(mdl) + mdl.ByteOffset; nuint start = checked(mdl.StartVa + MmGetMdlByteOffset(mdl)); Sink.Take(va + start);");

    [Fact]
    public Task BaseCompletedAtItsUse_DoesNotReport() =>
        Method("nuint address = MmGetMdlBaseVa(mdl); adapter.FlushAdapterBuffers(mdl, registers, address + MmGetMdlByteOffset(mdl), n, false);");

    [Fact]
    public Task OffsetTakenOffAndPutBack_DoesNotReport() =>
        Method("uint offset = MmGetMdlByteOffset(mdl); nuint address = MmGetMdlVirtualAddress(mdl) - offset; adapter.FlushAdapterBuffers(mdl, registers, address + offset, n, false);");

    [Fact]
    public Task LocalFunctionAdds_DoesNotReport() =>
        Method("nuint At(uint offset) => MmGetMdlBaseVa(mdl) + offset; nuint va = At(MmGetMdlByteOffset(mdl)); Sink.Take(va);");

    [Fact]
    public Task TupleOfAll_DoesNotReport() =>
        Method("(nuint va, uint offset, uint length) t = (MmGetMdlVirtualAddress(mdl), MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl)); Sink.Take(t);");

    [Fact]
    public Task RecordOfAll_DoesNotReport() =>
        Method(
            "var t = new Piece(MmGetMdlVirtualAddress(mdl), MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl)); Sink.Take(t);",
            "record Piece(nuint Va, uint Offset, uint Length);");

    [Fact]
    public Task DictionaryByName_DoesNotReport() =>
        Method("var d = new Dictionary<string, nuint> { [\"offset\"] = MmGetMdlByteOffset(mdl) }; Sink.Take(d);");

    [Fact]
    public Task OffsetIntoReservedMapping_DoesNotReport() =>
        Method("nuint p = MmMapLockedPagesWithReservedMapping(_currentVa, 1, mdl, MemoryCachingType.MmCached); nuint address = p + {|MDL1005:MmGetMdlByteOffset(mdl)|}; Sink.Take(address);");

    [Fact]
    public Task RegisterOffset_DoesNotReport() =>
        Method("Hardware.MapFrame(MmGetMdlPfnArray(mdl)[0], MmGetMdlByteOffset(mdl), MmGetMdlByteCount(mdl));");

    [Fact]
    public Task SpanIndex_DoesNotReport() =>
        Method("Span<byte> page = stackalloc byte[4096]; int start = (int)MmGetMdlByteOffset(mdl); Sink.Take(page[start]); Sink.Take(page[start..]);");

    [Fact]
    public Task StartNounUint_DoesNotReport() =>
        Method("uint start = MmGetMdlByteOffset(mdl); uint end = start + MmGetMdlByteCount(mdl); for (uint i = start; i < end; i++) Sink.Take(i);");

    [Fact]
    public Task StartOfData_DoesNotReport() =>
        Method("int dataStart = (int)MmGetMdlByteOffset(mdl); uint bufferOffset = MmGetMdlByteOffset(mdl); Sink.Take(dataStart + bufferOffset);");

    [Fact]
    public Task OffsetMasked_DoesNotReport() =>
        Method("nuint lineAddress = MmGetMdlByteOffset(mdl) & ~(nuint)63; Sink.Take(lineAddress);");

    [Fact]
    public Task Subtraction_DoesNotReport() =>
        Method("nuint pageBase = MmGetMdlVirtualAddress(mdl) - MmGetMdlByteOffset(mdl); nuint va = pageBase + MmGetMdlByteOffset(mdl); Sink.Take(va);");

    [Fact]
    public Task AddressAlignedCheck_DoesNotReport() =>
        Method("bool addressAligned = MmGetMdlByteOffset(mdl) == 0; int addressBits = (int)(MmGetMdlByteOffset(mdl) & 3); Sink.Take(addressAligned ? addressBits : 0);");

    [Fact]
    public Task ZeroOffsetPath_DoesNotReport() =>
        Method("if (MmGetMdlByteOffset(mdl) == 0) { nuint va = MmGetMdlBaseVa(mdl); adapter.MapTransfer(mdl, registers, va, ref n, false); }");

    [Fact]
    public Task LengthOfFirstPage_DoesNotReport() =>
        Method("uint firstLength = PAGE_SIZE - MmGetMdlByteOffset(mdl); uint totalLength = MmGetMdlByteOffset(mdl) + n; Sink.Take(firstLength + totalLength);");

    [Fact]
    public Task SpanLength_DoesNotReport() =>
        Method("uint length = ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlByteOffset(mdl), n) * PAGE_SIZE; Sink.Take(length);");

    [Fact]
    public Task Hash_DoesNotReport() =>
        Method("int hash = HashCode.Combine(MmGetMdlByteOffset(mdl), MmGetMdlVirtualAddress(mdl)); Sink.Take(hash);");

    [Fact]
    public Task Sorted_DoesNotReport() =>
        Method("var byOffset = new SortedDictionary<uint, Mdl> { [MmGetMdlByteOffset(mdl)] = mdl }; Sink.Take(byOffset);");

    [Fact]
    public Task PhysicalSum_DoesNotReport() =>
        Method("PhysicalAddress address = new((long)((ulong)MmGetMdlPfnArray(mdl)[0] << 12) + MmGetMdlByteOffset(mdl)); Sink.Take(address);");

    [Fact]
    public Task OtherOverload_DoesNotReport() =>
        Method("nuint va = Va(mdl); Sink.Take(va);", "static nuint Va(Mdl m) => m.StartVa + m.ByteOffset; static uint Va(uint m) => m;");

    [Fact]
    public Task ParameterP_DoesNotReport() =>
        Method("Show(MmGetMdlByteOffset(mdl)); static void Show(uint p) => Sink.Take(p);");

    [Fact]
    public Task TextOffset_DoesNotReport() =>
        Method("Console.WriteLine($\"va={MmGetMdlVirtualAddress(mdl):X} off={MmGetMdlByteOffset(mdl):X} len={MmGetMdlByteCount(mdl)}\"); Console.WriteLine(\"offset from address \" + MmGetMdlByteOffset(mdl));");

    [Fact]
    public Task OldAddressArithmetic_DoesNotReport() =>
        Method("ulong offsetFromAddress = MmGetMdlByteOffset(mdl); nuint addressToOffset = MmGetMdlByteOffset(mdl); Sink.Take(offsetFromAddress + addressToOffset);");

    [Fact]
    public Task AdvanceWithinPage_DoesNotReport() =>
        Method("uint position = MmGetMdlByteOffset(mdl); position += 16; nuint va = MmGetMdlBaseVa(mdl) + position; Sink.Take(va);");

    [Fact]
    public Task MapperAdds_DoesNotReport() =>
        Method("nuint p = (nuint)PAGE_ALIGN(_currentVa) | MmGetMdlByteOffset(mdl); Sink.Take(VirtualMemory.Read<byte>(p));");

    [Fact]
    public Task OffsetEqualsLength_DoesNotReport() =>
        Method("uint pageLength = Math.Max(MmGetMdlByteOffset(mdl), 64u); Sink.Take(pageLength);");

    [Fact]
    public Task DestinationOffset_DoesNotReport() =>
        Class("static void CopyFrom(Mdl m, nuint source, nuint destOffset) { } void Run(Mdl m) => CopyFrom(m, MmGetMdlVirtualAddress(m), MmGetMdlByteOffset(m));");

    [Fact]
    public Task ListOfOffsets_DoesNotReport() =>
        Method(
            "var offsets = new List<nuint>(); offsets.Add(MmGetMdlByteOffset(mdl)); var lengthsByAddress = new List<uint>(); lengthsByAddress.Add(MmGetMdlByteOffset(mdl)); Interlocked.Add(ref _position, MmGetMdlByteOffset(mdl));",
            "ulong _position;");

    [Theory]
    [InlineData("generated_code = true", "")]
    [InlineData("dotnet_diagnostic.MDL1001.severity = none", "")]
    [InlineData("root = true", "// <auto-generated/>\n")]
    public async Task GeneratedOrExcludedFile_DoesNotReport(string setting, string header)
    {
        var test = new CSharpAnalyzerTest<MdlFlowAnalyzer, DefaultVerifier> { TestCode = header + DriverSource.Method("nuint mdlAddress = MmGetMdlByteOffset(mdl); Sink.Take(mdlAddress);") };
        test.AddDriverSurface();
        test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n[*.cs]\n{setting}\n"));
        await test.RunAsync(TestContext.Current.CancellationToken);
    }
}
