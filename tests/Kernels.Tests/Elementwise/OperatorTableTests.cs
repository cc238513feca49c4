using CudaNet.Cpu.Elementwise;
using CudaNet.Ops;

namespace CudaNet.Tests.Elementwise;

public class OperatorTableTests
{
    [Test]
    public void Every_elementwise_op_has_a_loop()
    {
        var missing = typeof(Op).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IElementwise)) && !type.IsAbstract && type != typeof(Cast) && !OperatorTable.Knows(type))
            .Select(type => type.Name);
        Assert.That(missing, Is.Empty);
    }
}
