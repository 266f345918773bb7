using MdlRuntime.Simulation;
using MdlRuntime.Verification;
using static MdlRuntime.IoManager;
using static MdlRuntime.MemoryManager;
using static MdlRuntime.Tests.Mdls.MdlTestSupport;

namespace MdlRuntime.Tests.Mdls;

/// <summary>
/// Which operation is legal in which state of an MDL, and what illegal ones lead to. States: U initialized, L locked, LM locked and mapped,
/// N built over non-paged memory, P partial, PS partial that shares a mapping, PM partial with its own mapping, A page-allocating,
/// AM the same mapped, E device memory, EM the same mapped. Operations act on two pages; a partial's source stays locked.
/// </summary>
public sealed class LegalityMatrixTests
{
    /// <summary>
    /// On a verified machine. A cell is the state that the operation leaves and what it took (+) or gave back (-), or the code and first
    /// parameter of the stop. Subcodes 4D444Cxx of 0xC4 are the machine's own.
    /// </summary>
    private const string Strict = """
        Operation                    | U             | L             | LM               | N             | P             | PS          | PM           | A               | AM                     | E             | EM
        MmProbeAndLockPages          | L +2 lock     | C4/B0         | C4/B0            | C4/B0         | C4/B0         | C4/B0       | C4/B0        | C4/B0           | C4/B0                  | C4/B0         | C4/B0
        MmBuildMdlForNonPagedPool    | N             | C4/B0         | C4/B0            | C4/B0         | C4/B0         | C4/B0       | C4/B0        | C4/B0           | C4/B0                  | C4/B0         | C4/B0
        MmUnlockPages                | C4/7C         | U -2 lock     | U -2 pte -2 lock | C4/7D         | C4/B4         | C4/B4       | C4/B4        | C4/7C           | C4/7C                  | 1A/61948      | 1A/61948
        Map KernelMode               | C4/B3         | LM +2 pte     | C4/B2            | C4/B2         | PM +2 pte     | C4/B2       | C4/B2        | AM +2 pte       | C4/B2                  | EM +2 pte     | C4/B2
        Map UserMode                 | C4/B3         | L, view       | LM, view         | N, view       | P, view       | PS, view    | PM, view     | A, view         | AM, view               | E, view       | EM, view
        MmGetSystemAddressForMdlSafe | C4/B3         | LM +2 pte     | LM               | N             | PM +2 pte     | PS          | PM           | AM +2 pte       | AM                     | EM +2 pte     | EM
        MmUnmapLockedPages           | C4/B6         | C4/B6         | L -2 pte         | C4/B6         | C4/B5         | C4/B5       | P -2 pte     | C4/B6           | A -2 pte               | C4/B6         | E -2 pte
        MmPrepareMdlForReuse         | U             | L             | C4/4D444C03      | N             | P             | PS          | P -2 pte     | A               | C4/4D444C03            | E             | C4/4D444C03
        IoBuildPartialMdl as source  | C4/4D444C0A   | P             | PS               | PN            | P             | PS          | PS           | P               | PS                     | P of E        | PS of E
        IoBuildPartialMdl as target  | P             | C4/4D444C04   | C4/4D444C04      | P             | P             | PS          | C4/4D444C04  | C4/4D444C04     | C4/4D444C04            | C4/4D444C04   | C4/4D444C04
        MmProtectMdlSystemAddress    | U, NOT_MAPPED | L, NOT_MAPPED | LM               | N, NOT_MAPPED | P, NOT_MAPPED | C4/4D444C07 | PM           | A, NOT_MAPPED   | AM                     | E, NOT_MAPPED | EM
        MmAdvanceMdl                 | C4/4D444C23   | L -1 lock     | LM -1 lock       | C4/4D444C23   | C4/4D444C23   | C4/4D444C23 | C4/4D444C23  | C4/4D444C23     | C4/4D444C23            | E             | EM
        MmFreePagesFromMdl           | 1A/1236       | 1A/1236       | 1A/1236          | 1A/1236       | C4/4D444C20   | C4/4D444C20 | C4/4D444C20  | A without pages | A without pages -2 pte | 1A/1236       | 1A/1236
        IoFreeMdl                    | freed         | freed         | C4/B8            | freed         | freed         | freed       | freed -2 pte | C4/10           | C4/B8                  | freed         | C4/B8
        """;

    /// <summary>
    /// Without the verifier: what is legal does the same, and damage is done as the kernel does it. A state in numbers is the flags
    /// that no legal MDL has together. What was taken and is not in the new state any more is lost.
    /// </summary>
    private const string Off = """
        Operation                    | U             | L             | LM               | N             | P             | PS           | PM               | A               | AM                     | E               | EM
        MmProbeAndLockPages          | L +2 lock     | L +2 lock     | LM +2 lock       | 0x06          | 0x12 +2 lock  | 0x13 +2 lock | 0x33 +2 lock     | raises C0000005 | raises C0000005        | raises C0000005 | raises C0000005
        MmBuildMdlForNonPagedPool    | N             | 0x06          | 0x07             | N             | PN            | 0x15         | 0x35             | 1A/1240         | 1A/1240                | 1A/1240         | 1A/1240
        MmUnlockPages                | 4E/07         | U -2 lock     | U -2 pte -2 lock | 4E/07         | P -2 lock     | PS -2 lock   | P -2 pte -2 lock | 4E/07           | 4E/07                  | 1A/61948        | 1A/61948
        Map KernelMode               | 0x01 +2 pte   | LM +2 pte     | LM +2 pte        | 0x05 +2 pte   | PM +2 pte     | PM +2 pte    | PM +2 pte        | AM +2 pte       | AM +2 pte              | EM +2 pte       | EM +2 pte
        Map UserMode                 | U, view       | L, view       | LM, view         | N, view       | P, view       | PS, view     | PM, view         | A, view         | AM, view               | E, view         | EM, view
        MmGetSystemAddressForMdlSafe | 0x01 +2 pte   | LM +2 pte     | LM               | N             | PM +2 pte     | PS           | PM               | AM +2 pte       | AM                     | EM +2 pte       | EM
        MmUnmapLockedPages           | DA/302        | DA/302        | L -2 pte         | DA/303        | DA/302        | DA/302       | P -2 pte         | DA/302          | A -2 pte               | DA/302          | E -2 pte
        MmPrepareMdlForReuse         | U             | L             | LM               | N             | P             | PS           | P -2 pte         | A               | AM                     | E               | EM
        IoBuildPartialMdl as source  | P             | P             | PS               | PN            | P             | PS           | PS               | P               | PS                     | P of E          | PS of E
        IoBuildPartialMdl as target  | P             | P             | P                | P             | P             | PS           | P                | P               | P                      | P               | P
        MmProtectMdlSystemAddress    | U, NOT_MAPPED | L, NOT_MAPPED | LM               | N, NOT_MAPPED | P, NOT_MAPPED | PS           | PM               | A, NOT_MAPPED   | AM                     | E, NOT_MAPPED   | EM
        MmAdvanceMdl                 | 4E/07         | L -1 lock     | LM -1 lock       | 4E/07         | P -1 lock     | PS -1 lock   | PM -1 lock       | 4E/07           | 4E/07                  | E               | EM
        MmFreePagesFromMdl           | 1A/1236       | 1A/1236       | 1A/1236          | 1A/1236       | 1A/1236       | 1A/1236      | 1A/1236          | A without pages | A without pages -2 pte | 1A/1236         | 1A/1236
        IoFreeMdl                    | freed         | freed         | freed            | freed         | freed         | freed        | freed -2 pte     | freed           | freed                  | freed           | freed
        """;

    public static TheoryData<string, string, VerifierMode, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, VerifierMode, string>();
            Add(cells, Strict, VerifierMode.Strict);
            Add(cells, Off, VerifierMode.Off);
            return cells;
        }
    }

    [Theory, Proves("MDL-346", "MDL-341", "MDL-342", "MDL-343", "MDL-344", "MDL-345", "MDL-347", "MDL-515", "MDL-191")]
    [MemberData(nameof(Cells))]
    public void Each_cell_is_as_the_matrix_says(string operation, string state, VerifierMode mode, string expected) =>
        Assert.Equal(expected, LegalityMatrix.Outcome(operation, state, mode));

    [Theory, Proves("MDL-346", "MDL-094")]
    [InlineData("freed", VerifierMode.Off, 0x76)]
    [InlineData("freed", VerifierMode.Strict, 0xCB)]
    [InlineData("rebuilt", VerifierMode.Off, 0x76)]
    public void A_lock_that_was_lost_stops_the_machine_when_its_process_exits(string how, VerifierMode mode, uint code)
    {
        using Machine machine = NewMachine(mode);
        UserProcess process = machine.CreateProcess("app");
        nuint buffer = process.Allocate(0x2000);
        process.Run(() =>
        {
            Mdl mdl = NewLocked(buffer, 0x2000);
            if (how == "freed")
                IoFreeMdl(mdl);
            else
                Rebuild(mdl);
        });

        Assert.Equal(code, Assert.Throws<BugCheckException>(process.Exit).Code);
    }

    private static void Rebuild(Mdl mdl)
    {
        Mdl source = NewNonPaged(0x2000);
        IoBuildPartialMdl(source, mdl, MmGetMdlVirtualAddress(source), 0x800);
    }

    private static void Add(TheoryData<string, string, VerifierMode, string> cells, string table, VerifierMode mode)
    {
        string[][] rows = [.. table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];
        for (int row = 1; row < rows.Length; row++)
        {
            for (int column = 1; column < rows[0].Length; column++)
                cells.Add(rows[row][0], rows[0][column], mode, rows[row][column]);
        }
    }
}
