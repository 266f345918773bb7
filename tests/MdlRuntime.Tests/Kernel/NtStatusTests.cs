namespace MdlRuntime.Tests.Kernel;

public sealed class NtStatusTests
{
    [Fact]
    public void Zero_prints_as_success_although_it_has_two_names() =>
        Assert.Equal("STATUS_SUCCESS", default(NtStatus).ToString());
}
